package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.deploy.Trimtab.Outcome;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users really hand in: each is one clear error with exit code 2, or a counted rejection, and nothing of theirs is lost. */
class BadInputIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static Trimtab trimtab;

    @BeforeAll
    static void prepare() {
        trimtab = SmallRuns.prepare(folder);
    }

    @Test
    void missingFile() {
        refused("missing-file", "data.train.path=nowhere.jsonl").containsPattern("nowhere\\.jsonl");
    }

    @Test
    void missingColumn() {
        refused("missing-column", "data.train.columns.chosen=better").contains("better");
    }

    @Test
    void emptyTable() {
        trimtab.write("empty.jsonl", "");
        refused("empty-table", "data.train.path=empty.jsonl").contains("empty.jsonl");
    }

    @Test
    void badRowsAreCountedWithTheirReasonsAndQuarantined() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append("""
                    {"prompt":"<u> tell N%d <a>","chosen":" sure the A1 N1 B1 . </s>","rejected":" the A1 N1 B1 . </s>"}
                    """.formatted(i % 12));
        }
        rows.append("""
                {"prompt":"<u> tell N1 <a>","chosen":" the A1 N1 B1 . </s>"}
                {"prompt":"<u> tell N1 <a>","chosen":" the A1 N1 B1 . </s>","rejected":" the A1 N1 B1 . </s>"}
                {"prompt":"<u> tell N1 <a>","chosen":"","rejected":" the A1 N1 B1 . </s>"}
                {"chosen":"\\n\\nHuman: a\\n\\nAssistant: b","rejected":"\\n\\nHuman: c\\n\\nAssistant: d"}
                {broken
                """);
        byte[] text = rows.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] notUtf8 = "{\"prompt\":\"\u00ff\",\"chosen\":\"a\",\"rejected\":\"b\"}\n"
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(text, text.length + notUtf8.length);
        System.arraycopy(notUtf8, 0, all, text.length, notUtf8.length);
        Files.write(folder.resolve("mixed.jsonl"), all);
        trimtab.write("mixed.conf", SmallRuns.dpo("mixed", 2));

        trimtab.run(
                        "prepare",
                        "mixed.conf",
                        "--set",
                        "data.train.path=mixed.jsonl",
                        "--set",
                        "data.max-rejected-share=0.5")
                .requireDone();

        JsonNode report = trimtab.json("mixed/data-report.json");
        assertThat(report.get("read").asInt()).isEqualTo(46);
        assertThat(report.get("kept").asInt()).isEqualTo(40);
        int rejected = 0;
        for (JsonNode count : report.get("rejected")) {
            rejected += count.asInt();
        }
        assertThat(rejected).isEqualTo(6);
        assertThat(report.get("quarantine").asText()).isNotEmpty();

        refused("too-many", "data.train.path=mixed.jsonl", "data.max-rejected-share=0.01")
                .contains("max-rejected-share");
    }

    @Test
    void rowsOverTheLimitAreDroppedAndCountedApart() {
        trimtab.write("long.conf", SmallRuns.dpo("long", 2));
        trimtab.run("prepare", "long.conf", "--set", "data.max-length=18").requireDone();
        JsonNode report = trimtab.json("long/data-report.json");
        assertThat(report.get("over_length").asInt()).isPositive();
        assertThat(report.get("kept").asInt() + report.get("over_length").asInt())
                .isEqualTo(report.get("read").asInt());
    }

    @Test
    void oneClassOnlyForKto() throws IOException {
        try (var lines = Files.lines(folder.resolve("world/labelled.jsonl"))) {
            Files.write(
                    folder.resolve("liked.jsonl"),
                    lines.filter(line -> line.contains("true")).toList());
        }
        refused("one-class", "training.stage=kto", "data.train.path=liked.jsonl")
                .contains("label");
    }

    @Test
    void baseOfAnotherShape() throws IOException {
        Path other = copyModel("other-shape");
        String config = Files.readString(other.resolve("config.json"));
        Files.writeString(
                other.resolve("config.json"),
                config.replaceFirst("\"intermediate_size\"\\s*:\\s*128", "\"intermediate_size\": 64"));
        refused("base-shape", "model.base=other-shape").contains("other-shape");
    }

    /** Eight words fewer, as before a tokenizer was extended: refused by name, merged where both have rows, or left out of the merge. */
    @Test
    void baseOfAnotherVocabulary() throws IOException {
        Path template = copyModel("fewer-words-template");
        String config = Files.readString(template.resolve("config.json"));
        int words = JSON.readTree(config).get("vocab_size").asInt();
        int fewer = words - 8;
        Files.writeString(
                template.resolve("config.json"),
                config.replaceFirst("\"vocab_size\"\\s*:\\s*" + words, "\"vocab_size\": " + fewer));
        try (ModelFolder model = ModelFolder.open(folder.resolve("base/model"))) {
            ModelWriter.write(
                    folder.resolve("fewer-words"),
                    template,
                    WeightType.F32,
                    (tensor, offset, target, at, length) ->
                            model.readFloats(tensor.name(), offset, target, at, length));
        }

        refused("vocabulary", "model.base=fewer-words")
                .contains("model.embed_tokens.weight[" + fewer)
                .contains("merge.mismatch = common-rows");
        trimtab.write("vocabulary.conf", SmallRuns.dpo("vocabulary", 2));
        Outcome common = trimtab.run(
                        "run",
                        "vocabulary.conf",
                        "--set",
                        "model.base=fewer-words",
                        "--set",
                        "merge.mismatch=common-rows")
                .requireDone();
        assertThat(common.output())
                .contains("SFT delta of model.embed_tokens.weight")
                .contains("of its first " + fewer + " rows");
        assertThat(trimtab.metrics("vocabulary").get(0).get("merge/moved").asDouble())
                .isPositive();
        trimtab.write("left-out.conf", SmallRuns.dpo("left-out", 1));
        Outcome leftOut = trimtab.run(
                        "run",
                        "left-out.conf",
                        "--set",
                        "model.base=fewer-words",
                        "--set",
                        "merge.exclude-tensors=[\"model.embed_tokens.*\"]")
                .requireDone();
        assertThat(leftOut.output()).doesNotContain("SFT delta of");
    }

    @Test
    void baseEqualToThePolicy() {
        refused("same-models", "model.base=sft/model")
                .contains("model.policy and model.base hold the same weights")
                .contains("set model.base to the model before SFT");
    }

    @Test
    void runDirectoryThatCannotBeMade() {
        refused("no-directory", "run-directory=world/pairs.jsonl/run").contains("set trimtab.run-directory");
    }

    @Test
    void truncatedWeights() throws IOException {
        Path weights = copyModel("truncated").resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1000));
        refused("truncated-weights", "model.policy=truncated").contains("model.safetensors");
    }

    @Test
    void wrongHeaderLength() throws IOException {
        Path weights = copyModel("header").resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        Files.write(weights, bytes);
        refused("header-length", "model.policy=header")
                .contains("model.safetensors")
                .contains("header");
    }

    @Test
    void indexThatPointsOutsideItsFolder() throws IOException {
        Path model = copyModel("outside");
        Files.delete(model.resolve("model.safetensors"));
        Files.writeString(model.resolve("model.safetensors.index.json"), """
                {"metadata": {"total_size": 1}, "weight_map": {"model.embed_tokens.weight": "../sft/model/model.safetensors"}}
                """);
        refused("outside-index", "model.policy=outside").contains("../sft/model/model.safetensors");
    }

    @Test
    void alphaAndDensityOutOfRangeAreReportedTogetherWithTheirLines() {
        trimtab.write(
                "range.conf",
                SmallRuns.dpo("range", 2)
                        .replace("alpha = 2e-3", "alpha = 1.5")
                        .replace("density = 0.1", "density = 0"));
        Outcome outcome = trimtab.run("run", "range.conf");
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("merge.alpha")
                .contains("merge.density")
                .contains("range.conf: 8");
    }

    @Test
    void valuesOfLaterVersionsAreRefusedByName() {
        refused("loss", "loss.name=ipo").contains("ipo");
        refused("precision", "model.precision=fp16").contains("model.precision");
        refused("unknown", "trainig.stage=dpo").contains("trainig");
    }

    @Test
    void mergeSettingsThatMeanNothingAreRefusedByName() {
        refused("interval", "merge.interval=0").contains("merge.interval");
        refused("rescale", "merge.rescale=l2").contains("merge.rescale");
        refused("clip", "merge.tau-clip=-1").contains("merge.tau-clip");
    }

    @Test
    void divergenceEndsWithFourAndIsNamed() {
        trimtab.write("diverged.conf", SmallRuns.dpo("diverged", 50));
        Outcome outcome = trimtab.run(
                "run",
                "diverged.conf",
                "--set",
                "optimizer.learning-rate=1e30",
                "--set",
                "optimizer.warmup-steps=0",
                "--set",
                "optimizer.max-gradient-norm=0");
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(4);
        JsonNode result = trimtab.json("diverged/result.json");
        assertThat(result.get("status").asText()).isEqualTo("diverged");
        assertThat(result.get("retryable").asBoolean()).isFalse();
    }

    @Test
    void aRunThatCannotMoveAnyWeightIsRefused() {
        refused("no-op", "optimizer.learning-rate=1e-14", "merge.alpha=1e-14").contains("ulp");
    }

    /** Runs the small DPO configuration with these settings; asserts exit code 2 and returns what was said. */
    private static org.assertj.core.api.AbstractStringAssert<?> refused(String name, String... settings) {
        trimtab.write(name + ".conf", SmallRuns.dpo(name, 2));
        String[] arguments = new String[2 + 2 * settings.length];
        arguments[0] = "run";
        arguments[1] = name + ".conf";
        for (int i = 0; i < settings.length; i++) {
            arguments[2 + 2 * i] = "--set";
            arguments[3 + 2 * i] = settings[i];
        }
        Outcome outcome = trimtab.run(arguments);
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
        assertThat(outcome.output()).doesNotContain("\tat io.trimtab").doesNotContain("Exception in thread");
        return assertThat(outcome.output());
    }

    private static Path copyModel(String name) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        try (var files = Files.list(folder.resolve("sft/model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }
}
