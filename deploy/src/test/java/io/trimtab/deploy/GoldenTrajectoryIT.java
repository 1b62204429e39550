package io.trimtab.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.WeightType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Twelve steps of the trusted implementations, reproduced through the command line: rows as a user would write them,
 * executors on Spark, weights read back from the result folder. Tolerances are those of the golden files for float32.
 */
@Execution(ExecutionMode.CONCURRENT)
class GoldenTrajectoryIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODEL = "data/models/stories260k";

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeRowsAndModels() throws IOException {
        Path model = SharedFolder.resolve(MODEL);
        JsonNode batches =
                JSON.readTree(SharedFolder.resolve("golden/batches.json").toFile());
        List<JsonNode> lines = harmlessLines();
        List<String> pairs = new ArrayList<>();
        for (JsonNode pair : batches.get("pairs")) {
            pairs.add(lines.get(pair.get("line").asInt()).toString());
        }
        Files.write(folder.resolve("pairs.jsonl"), pairs, UTF_8);
        List<Row> rows = new ArrayList<>();
        for (JsonNode row : batches.get("unpaired")) {
            boolean label = row.get("label").asBoolean();
            String transcript = lines.get(row.get("line").asInt())
                    .get(label ? "chosen" : "rejected")
                    .asText();
            int cut = transcript.lastIndexOf("\n\nAssistant:") + "\n\nAssistant:".length();
            rows.add(new Row(transcript.substring(0, cut), transcript.substring(cut), label));
        }
        for (String run : List.of("1x4", "2x2", "3plus2")) {
            Files.write(folder.resolve("kto_" + run + ".jsonl"), unpairedRows(rows, golden("kto_" + run)), UTF_8);
        }
        writePerturbed(model, folder.resolve("perturbed"));
    }

    private record Row(String prompt, String completion, boolean label) {}

    /** The rows of every step in order; inside a worker row k is mismatched with the completion of row k-1. */
    private static List<String> unpairedRows(List<Row> rows, JsonNode golden) {
        List<String> lines = new ArrayList<>();
        for (JsonNode step : golden.get("trajectory")) {
            for (JsonNode worker : step.get("workers")) {
                for (int k = 0; k < worker.size(); k++) {
                    Row row = rows.get(worker.get(k).asInt());
                    Row before = rows.get(
                            worker.get(Math.floorMod(k - 1, worker.size())).asInt());
                    ObjectNode line = JSON.createObjectNode();
                    line.put("prompt", row.prompt()).put("completion", row.completion());
                    line.put("label", row.label()).put("kl_completion", before.completion());
                    lines.add(line.toString());
                }
            }
        }
        return lines;
    }

    private static List<JsonNode> harmlessLines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        Path file = SharedFolder.resolve("data/preferences/hh-rlhf-harmless-base-test.jsonl.gz");
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }

    /** w + 0.01 sin(0.37 i + tensor id), the golden files' perturbed model. */
    private static void writePerturbed(Path model, Path target) {
        try (ModelFolder source = ModelFolder.open(model)) {
            ModelWriter.write(target, model, WeightType.F32, (tensor, offset, out, at, length) -> {
                source.readFloats(tensor.name(), offset, out, at, length);
                for (int i = 0; i < length; i++) {
                    out[at + i] =
                            (float) (out[at + i] + 0.01 * Math.sin(0.37 * (offset + i) + 1.0 * tensor.id() + 0.0));
                }
            });
        }
    }

    private static JsonNode golden(String run) throws IOException {
        String kind = run.startsWith("kto_") ? "" : "dpo_";
        return JSON.readTree(SharedFolder.resolve("golden/trajectory_" + kind + run + ".json")
                .toFile());
    }

    @ParameterizedTest(name = "{0}, {1} rank(s)")
    @CsvSource({
        "adamw_torch, 1",
        "adamw_torch, 2",
        "adamw_hf, 2",
        "ondare_compat_a1, 3",
        "ondare_compat_a2_wd, 2",
        "ondare_paper, 2",
        "onties_a1, 1",
        "onties_a1, 2",
        "onties_a1, 3",
        "onties_a2_wd, 2",
        "onties_dense, 2",
        "onties_paper, 3",
        "ondare_compat_rescale, 2",
        "ondare_compat_stepK, 3",
        "onties_rescale, 2",
        "onties_stepK, 2",
        "childtuning, 2",
        "kto_1x4, 1",
        "kto_1x4_perturbed_reference, 2",
        "kto_1x4_ondare_compat, 2",
        "kto_2x2, 2",
        "kto_3plus2, 2",
        "kto_3plus2, 3"
    })
    void commandLineFollowsTheGoldenTrajectory(String run, int ranks) throws IOException {
        JsonNode golden = golden(run);
        Trimtab trimtab = new Trimtab(folder);
        String name = run + "-" + ranks;
        trimtab.write(name + ".conf", configuration(run, name, ranks, golden));

        trimtab.run("run", name + ".conf").requireDone();

        boolean kto = run.startsWith("kto_");
        JsonNode measured = golden.get("checks").get("float32_vs_float64");
        List<JsonNode> metrics = trimtab.metrics(name);
        assertThat(metrics).hasSize(golden.get("trajectory").size());
        for (int s = 0; s < metrics.size(); s++) {
            JsonNode step = golden.get("trajectory").get(s);
            JsonNode line = metrics.get(s);
            String at = "step " + (s + 1);
            close(
                    at + " loss",
                    line.get("loss"),
                    step.get("loss"),
                    tolerance(kto ? 5e-5 : 1e-5, measured, "loss_max_abs"));
            double norm = step.get("grad_norm").asDouble();
            close(
                    at + " grad_norm",
                    line.get("grad_norm"),
                    step.get("grad_norm"),
                    norm * tolerance(5e-5, measured, "grad_norm_max_rel"));
            if (kto) {
                close(at + " kl", line.get("kl"), step.get("z0"), tolerance(1e-3, measured, "z0_max_abs"));
            } else {
                close(
                        at + " margin",
                        line.get("rewards/margins"),
                        step.get("margin"),
                        tolerance(5e-5, measured, "margin_max_abs"));
            }
        }
        compareWeights(folder.resolve(name).resolve("model"), golden, measured);
    }

    private static void compareWeights(Path result, JsonNode golden, JsonNode measured) {
        JsonNode expected = golden.get("trajectory")
                .get(golden.get("trajectory").size() - 1)
                .get("params");
        try (ModelFolder folder = ModelFolder.open(result)) {
            for (TensorSpec tensor : folder.architecture().tensors()) {
                float[] values = new float[(int) tensor.elements()];
                folder.readFloats(tensor.name(), 0, values, 0, values.length);
                double sum = 0;
                double squares = 0;
                for (float value : values) {
                    sum += value;
                    squares += (double) value * value;
                }
                JsonNode want = expected.get(tensor.id());
                double l2 = want.get("l2").asDouble();
                assertThat(Math.sqrt(squares))
                        .as("l2 of " + tensor.name())
                        .isCloseTo(l2, within(l2 * tolerance(2e-6, measured, "final_l2_max_rel")));
                assertThat(sum)
                        .as("sum of " + tensor.name())
                        .isCloseTo(want.get("sum").asDouble(), within(tolerance(1e-3, measured, "final_sum_max_abs")));
                JsonNode index = golden.get("parameters").get(tensor.id()).get("sample_index");
                for (int i = 0; i < index.size(); i++) {
                    assertThat((double) values[index.get(i).asInt()])
                            .as(tensor.name() + " at " + index.get(i))
                            .isCloseTo(
                                    want.get("at").get(i).asDouble(),
                                    within(tolerance(1e-5, measured, "final_sample_max_abs")));
                }
            }
        }
    }

    /** The golden files' rule: the larger of a constant and five times what a trusted float32 run deviates. */
    private static double tolerance(double constant, JsonNode measured, String key) {
        return Math.max(constant, 5 * measured.path(key).asDouble(0));
    }

    private static void close(String what, JsonNode value, JsonNode expected, double tolerance) {
        assertThat(value.asDouble()).as(what).isCloseTo(expected.asDouble(), within(tolerance));
    }

    private static String configuration(String run, String directory, int ranks, JsonNode golden) {
        boolean kto = run.startsWith("kto_");
        JsonNode optimizer = golden.get("optimizer");
        Path model = SharedFolder.resolve(MODEL);
        boolean perturbed = golden.get("reference").asText().equals("perturbed");
        String file = kto ? run.replaceAll("(kto_[^_]+).*", "$1") : "pairs";
        int batch = run.contains("3plus2") ? 5 : 4;
        return String.format(
                Locale.ROOT,
                """
                trimtab {
                  run-directory = "%s"
                  tables-directory = "tables-%s"
                  model { policy = "%s", base = "perturbed", reference = "%s" }
                  data { train { path = "%s.jsonl" }, order = as-given, max-length = 512 }
                  loss { beta = %s }
                  optimizer { learning-rate = %s, epsilon = %s, weight-decay = %s, max-gradient-norm = 1.0, schedule = constant }
                  %s
                  training { stage = %s, global-batch-size = %d, epochs = %d, seed = 42 }
                  cluster { ranks = %d }
                }
                """,
                directory,
                file,
                model,
                perturbed ? "perturbed" : model,
                file,
                golden.get("beta"),
                optimizer.get("lr"),
                optimizer.get("eps"),
                optimizer.get("weight_decay"),
                merge(run, optimizer),
                kto ? "kto" : "dpo",
                batch,
                kto ? 1 : 3,
                ranks);
    }

    private static String merge(String run, JsonNode optimizer) {
        if (run.equals("childtuning")) {
            return "merge { rule = childtuning, density = " + optimizer.get("reserve_p") + " }";
        }
        if (run.contains("ondare") || run.contains("onties") || run.equals("adamw_hf")) {
            return String.format(
                    Locale.ROOT,
                    "merge { rule = %s, semantics = %s, density = %s, alpha = %s, interval = %d, rescale = %s }",
                    run.contains("onties") ? "on-ties" : "on-dare",
                    run.endsWith("_paper") ? "paper" : "released",
                    optimizer.get("reserve_p"),
                    optimizer.get("alpha"),
                    optimizer.path("online_step").asInt(1),
                    optimizer.path("rescale").asBoolean(false) ? "l1" : null);
        }
        return "merge { rule = none }";
    }
}
