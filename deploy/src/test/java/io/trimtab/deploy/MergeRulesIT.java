package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rules beside the golden trajectories hand on, through the command line: a tail of step-K, a moving average, a state of other slots. */
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

        trimtab.run("export", "average.conf", "--set", "merge.ema-export=trained")
                .requireDone();
        assertThat(trimtab.weights("average")).isEqualTo(trimtab.weights("plain"));
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
