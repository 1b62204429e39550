package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.deploy.Trimtab.Outcome;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.weights.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rules beside the golden trajectories hand on, through the command line: a tail of step-K, a moving average, a state of other slots. */
@Execution(ExecutionMode.CONCURRENT)
class MergeRulesIT {

    /** One run is torch.optim.AdamW, the other the form of the merging rules. */
    private static final String PLAIN = "merge { rule = none }";

    private static final String PLAIN_OF_THE_RULES =
            "merge { rule = none, epsilon-placement = uncorrected, decay = after }";

    @TempDir
    static Path folder;

    private static Trimtab trimtab;

    @BeforeAll
    static void prepare() {
        trimtab = SmallRuns.prepare(folder);
    }

    /** Three steps of an interval of five are never merged: the result is plain AdamW's within float addition order, and the run says so. */
    @Test
    void tailOfStepKIsPlainAdamWAndAnnounced() {
        run("plain-of-the-rules", PLAIN_OF_THE_RULES);
        Outcome tail = run("tail", "merge { rule = on-ties, density = 0.1, alpha = 2e-3, interval = 5 }");
        assertThat(tail.output()).contains("Merges every 5 steps").contains("nothing is ever merged");
        assertThat(weights("tail")).containsExactly(weights("plain-of-the-rules"), within(1e-6f));
    }

    /** The checkpoint lies inside an interval: what is not merged yet is part of it. */
    @ParameterizedTest(name = "with {0} rank(s)")
    @ValueSource(ints = {2, 1})
    void stepKGoesOnBetweenMerges(int ranks) throws IOException {
        String name = "parts-" + ranks;
        trimtab.write(name + ".conf", conf(name, "merge { rule = on-dare, density = 0.5, alpha = 0.1, interval = 2 }"));
        trimtab.run("run", name + ".conf", "--set", "checkpoint.every-steps=1", "--set", "checkpoint.keep-last=9")
                .requireDone();
        float[] undisturbed = weights(name);
        forgetAllAfterStepOne(folder.resolve(name));

        Outcome resumed = trimtab.run("run", name + ".conf", "--set", "cluster.ranks=" + ranks);

        resumed.requireDone();
        assertThat(trimtab.metrics(name)).hasSize(3);
        if (ranks == 2) {
            assertThat(weights(name)).isEqualTo(undisturbed);
        } else {
            assertThat(weights(name)).containsExactly(undisturbed, within(1e-6f));
        }
    }

    @Test
    void aRunInBfloat16GoesOnBitEqualAndIsNotTheRunInFloats() throws IOException {
        String floats = conf("bf16", "merge { rule = on-dare, density = 0.5, alpha = 0.1 }")
                .replace("every-steps = 50", "every-steps = 1, keep-last = 9");
        trimtab.write("floats.conf", floats);
        trimtab.write("bf16.conf", floats.replace("model {", "model { precision = bf16,"));
        Outcome whole = trimtab.run("run", "bf16.conf");
        whole.requireDone();
        assertThat(whole.output()).containsOnlyOnce("bf16 log-probs of ");
        byte[] undisturbed = trimtab.weights("bf16");
        forgetAllAfterStepOne(folder.resolve("bf16"));

        Outcome other = trimtab.run("run", "floats.conf");
        assertThat(other.exitCode()).as(other.output()).isEqualTo(2);
        assertThat(other.output()).contains("model.precision");

        trimtab.run("run", "bf16.conf").requireDone();
        assertThat(trimtab.metrics("bf16")).hasSize(3);
        assertThat(trimtab.weights("bf16")).isEqualTo(undisturbed);
    }

    private static float[] weights(String name) {
        try (ModelFolder model = ModelFolder.open(folder.resolve(name).resolve("model"))) {
            TensorSpec tensor = model.architecture().tensors().get(0);
            float[] values = new float[(int) tensor.elements()];
            model.readFloats(tensor.name(), 0, values, 0, values.length);
            return values;
        }
    }

    private static void forgetAllAfterStepOne(Path run) throws IOException {
        Files.delete(run.resolve("stages.json"));
        Files.move(run.resolve("model"), run.resolve("forgotten-model"));
        try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
            for (Path checkpoint : checkpoints.toList()) {
                if (!checkpoint.getFileName().toString().contains("00000001")) {
                    Files.move(checkpoint, run.resolve("forgotten-" + checkpoint.getFileName()));
                }
            }
        }
    }

    @Test
    void movingAverageIsExportedAndTheTrainedWeightsOnRequest() {
        run("plain", PLAIN);
        Outcome average = run("average", "merge { rule = ema, ema-decay = 0.5 }");
        assertThat(average.output()).contains("The moving average of the weights");
        assertThat(trimtab.weights("average")).isNotEqualTo(trimtab.weights("plain"));

        byte[] before = trimtab.weights("average");
        Outcome full = trimtab.runOnFullDisk(64, "export", "average.conf", "--set", "merge.ema-export=trained");
        assertThat(full.exitCode()).as(full.output()).isEqualTo(3);
        assertThat(full.output()).contains("Cannot write the model to ").doesNotContain("\tat io.trimtab");
        assertThat(trimtab.weights("average")).as("the old result stays").isEqualTo(before);

        trimtab.run("export", "average.conf", "--set", "merge.ema-export=trained")
                .requireDone();
        assertThat(trimtab.weights("average")).isEqualTo(trimtab.weights("plain"));
    }

    /** Three steps of a linear schedule, so alpha is a third of itself in the last; layers and norms as the list and the filter have them. */
    @Test
    void tensorsAreFilteredAndAlphaFollowsItsCourse() {
        trimtab.write("scoped.conf", conf("scoped", """
                merge {
                    rule = on-dare, density = [ 1.0, 0.5 ], alpha = [ 0.0, 0.3 ], alpha-schedule = learning-rate
                    exclude-tensors = [ ".*norm.*", "model\\\\.embed_tokens.*" ]
                  }"""));
        String[] command = {
            "run", "scoped.conf", "--set", "optimizer.schedule=linear", "--set", "evaluation.every-steps=3"
        };
        Outcome outcome = trimtab.run(command).requireDone();
        assertThat(outcome.output())
                .contains("; the others follow plain AdamW")
                .contains("alpha is scheduled: ")
                .contains("only the figures of each layer are written");

        JsonNode last = trimtab.metrics("scoped").get(2);
        int layers = 0;
        while (last.has("merge/layers/model.layers." + layers + "/alpha")) {
            layers++;
        }
        assertThat(layers).isGreaterThan(1);
        assertThat(last.get("merge/layers/model.layers.0/alpha").asDouble()).isZero();
        assertThat(last.get("merge/layers/model.layers." + (layers - 1) + "/alpha")
                        .asDouble())
                .isCloseTo(0.1, within(1e-12));
        assertThat(last.get("merge/layers/model.layers." + (layers - 1) + "/density")
                        .asDouble())
                .isEqualTo(0.5);
        assertThat(last.has("merge/layers/model.norm/moved")).isTrue();
        assertThat(last.has("merge/layers/model.norm/alpha")).isFalse();

        Outcome again =
                trimtab.run("run", "scoped.conf", "--set", "optimizer.schedule=linear", "--set", "merge.alpha=0.3");
        assertThat(again.exitCode()).as(again.output()).isEqualTo(2);
        assertThat(again.output()).contains("the first difference is merge.alpha");
    }

    /** Every switch of a rule away from its default, on labelled rows: none is ignored. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "rule = on-dare, rescale = l1, tau-mask = fresh, tau-clip = 0.01, seed = 7",
                "rule = on-ties, rescale = l1, vote = weighted, tau-clip = 0.01"
            })
    void ktoTakesAllSwitchesOfARule(String rule) {
        String name = "kto-" + rule.substring(7, 14);
        trimtab.write(
                name + ".conf",
                conf(name, "merge {\n" + rule + """

                    epsilon-placement = corrected, decay = before, interval = 2
                    density = [ 0.5, 0.2 ], alpha = [ 0.1, 0.3 ], exclude-tensors = [ ".*norm.*" ]
                    alpha-schedule = cosine, alpha-warmup-steps = 1, min-alpha-ratio = 0.5
                  }""")
                        .replace("stage = dpo", "stage = kto")
                        .replace("pairs.jsonl", "labelled.jsonl"));
        Outcome outcome = trimtab.run("run", name + ".conf", "--set", "optimizer.weight-decay=0.1");
        outcome.requireDone();
        assertThat(outcome.output()).doesNotContain("Ignored").contains("Merges every 2 steps");
        assertThat(trimtab.metrics(name).get(1).get("merge/moved").asDouble()).isPositive();
    }

    /** There is nothing to merge with before preferences come: said once, and what is left is plain AdamW. */
    @Test
    void supervisedTrainingIgnoresTheRuleAndSaysSo() {
        trimtab.write(
                "sft-merged.conf",
                conf("sft-merged", "merge { rule = on-ties, density = 0.1 }")
                        .replace("stage = dpo", "stage = sft")
                        .replace("pairs.jsonl", "sft.jsonl"));
        Outcome outcome = trimtab.run("run", "sft-merged.conf").requireDone();
        assertThat(outcome.output()).contains("trimtab.merge.rule").contains("stages dpo and kto use it");
        assertThat(trimtab.metrics("sft-merged").get(2).has("merge/cumulative_alpha"))
                .isFalse();
    }

    @Test
    void aPatternWithoutATensorIsRefusedWithItsLine() {
        trimtab.write(
                "pattern.conf",
                conf(
                        "pattern",
                        "merge { rule = on-ties, density = 0.1, alpha = 2e-3\nexclude-tensors = [ \".*bias\" ] }"));
        Outcome outcome = trimtab.run("run", "pattern.conf");
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("pattern.conf: 9: trimtab.merge.exclude-tensors: \".*bias\" matches none of the model's ")
                .contains("model.layers.")
                .doesNotContain("\tat io.trimtab");
    }

    private static Outcome run(String name, String merge) {
        trimtab.write(name + ".conf", conf(name, merge));
        Outcome outcome = trimtab.run("run", name + ".conf");
        outcome.requireDone();
        return outcome;
    }

    private static String conf(String name, String merge) {
        return SmallRuns.dpo(name, 3)
                .replace("merge { rule = on-ties, density = 0.1, alpha = 2e-3 }", merge)
                .replace("warmup-steps = 10, ", "");
    }
}
