package io.trimtab.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.model.weights.ModelFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A model and tables that somebody else made: stories260k with the harmless-base comparisons, as pairs and taken apart. */
@Execution(ExecutionMode.CONCURRENT)
class RealDataIT {
    private static final int STEPS = 12;

    @TempDir
    Path folder;

    @Test
    void alignsWithTranscriptPairsFromACompressedFile() {
        Path pairs = SharedFolder.resolve("data/preferences/hh-rlhf-harmless-base-test.jsonl.gz");
        Trimtab trimtab = run("dpo", pairs);

        JsonNode report = trimtab.json("run/data-report.json");
        assertThat(report.get("read").asInt()).isEqualTo(2312);
        assertThat(report.get("rejected").get("different-prompts").asInt()).isEqualTo(5);
        assertThat(trimtab.metrics("run").get(0).get("loss").asDouble()).isCloseTo(Math.log(2), within(1e-6));
    }

    @Test
    void alignsWithTheSamePairsTakenApartForKto() throws IOException {
        Path source = SharedFolder.resolve("data/preferences/hh-rlhf-harmless-base-test.jsonl.gz");
        List<String> rows;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(source)), UTF_8))) {
            rows = reader.lines().limit(200).toList();
        }
        Path pairs = Files.write(folder.resolve("pairs.jsonl"), rows, UTF_8);

        Trimtab trimtab = run("kto", pairs);

        JsonNode report = trimtab.json("run/data-report.json");
        assertThat(report.get("read").asInt()).isEqualTo(200);
        // Most of them fit into 512 tokens; each is two rows.
        assertThat(report.get("desirable").asInt() + report.get("undesirable").asInt())
                .isEqualTo(report.get("kept").asInt())
                .isGreaterThan(200);
        assertThat(report.get("shape").get(0).get("shape").asText()).isEqualTo("pair");
        List<JsonNode> metrics = trimtab.metrics("run");
        assertThat(metrics.get(0).get("loss").asDouble()).isCloseTo(0.5, within(1e-6));
        assertThat(metrics)
                .allSatisfy(line -> assertThat(line.get("kl").asDouble()).isNotNegative());
    }

    private Trimtab run(String stage, Path rows) {
        Path model = SharedFolder.resolve("data/models/stories260k");
        Trimtab trimtab = new Trimtab(folder);
        trimtab.write("run.conf", """
                trimtab {
                  run-directory = run
                  model { policy = "%s" }
                  data { train { path = "%s" }, max-length = 512 }
                  optimizer { learning-rate = 1e-4 }
                  merge { rule = on-dare, density = 0.5, alpha = 0.0 }
                  training { stage = %s, global-batch-size = 8, max-steps = %d }
                  cluster { ranks = 2 }
                }
                """.formatted(model, rows, stage, STEPS));
        trimtab.run("run", "run.conf").requireDone();

        assertThat(trimtab.metrics("run")).hasSize(STEPS);
        assertThat(trimtab.json("run/result.json").get("exit_code").asInt()).isZero();
        try (ModelFolder result = ModelFolder.open(folder.resolve("run/model"))) {
            assertThat(result.architecture().tensors()).hasSize(47);
        }
        return trimtab;
    }
}
