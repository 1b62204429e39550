package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.deploy.Trimtab.Outcome;
import io.trimtab.model.weights.TypedTensor;
import io.trimtab.model.weights.WeightFolder;
import io.trimtab.model.weights.WeightFolderWriter;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finished models merged by the distribution's command, on the worked example of the methods' reference. */
class MergeIT {
    private static final String TENSOR = "model.layers.0.mlp.up_proj.weight";

    @TempDir
    private Path folder;

    private Trimtab trimtab;

    @BeforeEach
    void writeModels() throws IOException {
        trimtab = new Trimtab(folder);
        model("base", 1.0f, 1.0f, 1.0f, 1.0f);
        model("m1", 1.4f, 0.9f, 1.3f, 1.05f);
        model("m2", 0.8f, 1.3f, 1.2f, 0.5f);
        trimtab.write("ties.yml", """
                merge_method: ties
                base_model: base
                models:
                  - model: m1
                    parameters: {weight: 0.3, density: 0.5}
                  - model: m2
                    parameters: {weight: 0.7, density: 0.5}
                parameters: {normalize: false, int8_mask: true}
                dtype: float32
                """);
    }

    @Test
    void aMergekitFileGivesAModelFolderAndABadOneLeavesItAsItWas() throws IOException {
        Outcome outcome = trimtab.run("merge", "ties.yml", "--output", "merged").requireDone();

        assertThat(outcome.output())
                .contains("note: int8_mask is ignored")
                .contains("merging  100%")
                .contains("eta 0s")
                .contains("merged ties of 3 models to ");
        assertWeights("merged", 1.12f, 1.21f, 1.09f, 0.65f);
        assertThat(trimtab.json("merged/manifest.json").path("merge_method").asText())
                .isEqualTo("ties");

        model("m2", 0.8f, 1.3f);
        Outcome refused = trimtab.run("merge", "ties.yml", "--output", "merged");
        assertThat(refused.exitCode()).as(refused.output()).isEqualTo(2);
        assertThat(refused.output())
                .contains("tensor " + TENSOR + " of m2 has shape [1, 2] and that of base [1, 4]")
                .contains("mismatch: keep-base");
        assertWeights("merged", 1.12f, 1.21f, 1.09f, 0.65f);
    }

    @Test
    void theFrontOfTheReadmeLiesBetweenARunAndItsSftModel() throws IOException {
        model("runs/harmless/model", 1.4f, 0.9f, 1.3f, 1.05f);
        model("models/sft", 0.8f, 1.3f, 1.2f, 0.5f);
        trimtab.write("front.conf", Readme.read().file("front.conf"));

        trimtab.run("merge", "front.conf", "--output", "merged/front").requireDone();

        assertWeights("merged/front-0.2", 0.92f, 1.22f, 1.22f, 0.61f);
        assertWeights("merged/front-0.8", 1.28f, 0.98f, 1.28f, 0.94f);
        assertThat(folder.resolve("merged/front-0.6/manifest.json")).isRegularFile();
        assertThat(folder.resolve("merged/front")).doesNotExist();
    }

    @Test
    void twoRunsOfDareGiveEqualBytes() throws IOException {
        trimtab.write("dare.yml", """
                merge_method: dare_linear
                base_model: base
                models: [{model: m1}, {model: m2}]
                parameters: {weight: 0.5, density: 0.5, rescale: inverse-density}
                seed: 7
                """);

        trimtab.run("merge", "dare.yml", "--output", "one", "--threads", "1").requireDone();
        trimtab.run("merge", "dare.yml", "--output", "two", "--threads", "2").requireDone();

        assertThat(Files.readAllBytes(folder.resolve("one/model.safetensors")))
                .isEqualTo(Files.readAllBytes(folder.resolve("two/model.safetensors")));
    }

    private void model(String name, float... values) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        Files.deleteIfExists(target.resolve("model.safetensors"));
        TypedTensor tensor = new TypedTensor(TENSOR, new long[] {1, values.length}, WeightType.F32);
        try (WeightFolderWriter writer = WeightFolderWriter.begin(target, List.of(tensor), Long.MAX_VALUE)) {
            writer.write(TENSOR, 0, values, values.length);
            writer.finish();
        }
        trimtab.write(name + "/config.json", "{\"model_type\": \"llama\", \"num_hidden_layers\": 1}");
    }

    private void assertWeights(String name, float... expected) {
        try (WeightFolder opened = WeightFolder.open(folder.resolve(name))) {
            float[] values = new float[expected.length];
            opened.readFloats(TENSOR, 0, values, values.length);
            assertThat(values).containsExactly(expected, within(1e-6f));
        }
    }
}
