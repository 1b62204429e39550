package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.deploy.Trimtab.Outcome;
import io.trimtab.deploy.Trimtab.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What happens at 3 a.m.: lost executors, lost drivers, signals, two commands on one directory. */
@Execution(ExecutionMode.CONCURRENT)
class FailureIT {
    private static final int STEPS = 300;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    private static Trimtab trimtab;
    private static byte[] undisturbed;

    @BeforeAll
    static void runUndisturbed() {
        trimtab = SmallRuns.prepare(folder);
        trimtab.write("undisturbed.conf", SmallRuns.dpo("undisturbed", STEPS));
        trimtab.run("run", "undisturbed.conf").requireDone();
        undisturbed = trimtab.weights("undisturbed");
    }

    @Test
    void lostExecutorIsReplacedAndTheWeightsAreBitEqual() {
        Running running = startAndReach("executor-lost", 120);
        running.executors().get(0).destroyForcibly();

        running.await(LIMIT).requireDone();

        requireEveryStepOnce("executor-lost");
        assertThat(trimtab.weights("executor-lost")).isEqualTo(undisturbed);
    }

    @Test
    void lostDriverLeavesNothingRunningAndTheNextCommandContinuesBitEqual() {
        Running running = startAndReach("driver-lost", 120);
        List<ProcessHandle> executors = running.executors();
        assertThat(executors).hasSize(2);
        running.process().destroyForcibly();
        assertThat(executors)
                .allSatisfy(executor -> assertThat(executor.onExit())
                        .as("executor %d ends with its driver", executor.pid())
                        .succeedsWithin(Duration.ofSeconds(20)));

        Outcome second = trimtab.run("run", "driver-lost.conf").requireDone();

        assertThat(second.output()).contains("step 100");
        assertThat(trimtab.json("driver-lost/result.json").get("attempt").asInt())
                .isEqualTo(2);
        requireEveryStepOnce("driver-lost");
        assertThat(trimtab.weights("driver-lost")).isEqualTo(undisturbed);
    }

    @Test
    void sigtermSavesAndEndsWith130AndTheNextCommandContinues() {
        Running running = startAndReach("cancelled", 60);
        running.process().destroy();

        assertThat(running.await(LIMIT).exitCode()).isEqualTo(130);

        JsonNode result = trimtab.json("cancelled/result.json");
        assertThat(result.get("status").asText()).isEqualTo("cancelled");
        assertThat(result.get("exit_code").asInt()).isEqualTo(130);
        int saved = trimtab.metrics("cancelled").size();
        assertThat(saved).isBetween(60, STEPS - 1);
        trimtab.run("run", "cancelled.conf").requireDone();
        requireEveryStepOnce("cancelled");
        assertThat(trimtab.weights("cancelled")).isEqualTo(undisturbed);
    }

    /** The first has more steps than it can take while the second waits for it. */
    @Test
    void secondCommandBesideALivingOneIsRefusedAndDisturbsNothing() {
        Running running = startAndReach("owned", 20 * STEPS, 1);

        Outcome second = trimtab.run("run", "owned.conf", "--set", "run-id=second");

        assertThat(second.exitCode()).as(second.output()).isEqualTo(2);
        int before = trimtab.metrics("owned").size();
        running.until("a later step", () -> trimtab.metrics("owned").size() > before, LIMIT);
        running.process().destroy();
        assertThat(running.await(LIMIT).exitCode()).isEqualTo(130);
        assertThat(trimtab.json("owned/result.json").get("run_id").asText()).isNotEqualTo("second");
        requireEveryStepOnce("owned", trimtab.metrics("owned").size());
    }

    @Test
    void finishedRunAnswersAtOnceAndOtherSettingsAreRefusedByName() {
        Outcome again = trimtab.run("run", "undisturbed.conf").requireDone();
        assertThat(again.output()).contains("done");

        Outcome other = trimtab.run("run", "undisturbed.conf", "--set", "optimizer.learning-rate=2e-4");

        assertThat(other.exitCode()).as(other.output()).isEqualTo(2);
        assertThat(other.output())
                .contains("optimizer.learning-rate")
                .contains("0.0001")
                .contains("0.0002");
        assertThat(trimtab.weights("undisturbed")).isEqualTo(undisturbed);
    }

    private static Running startAndReach(String name, int step) {
        return startAndReach(name, STEPS, step);
    }

    private static Running startAndReach(String name, int steps, int step) {
        trimtab.write(name + ".conf", SmallRuns.dpo(name, steps));
        Running running = trimtab.start("run", name + ".conf");
        running.until("step " + step, () -> trimtab.metrics(name).size() >= step, LIMIT);
        return running;
    }

    private static void requireEveryStepOnce(String name) {
        requireEveryStepOnce(name, STEPS);
    }

    private static void requireEveryStepOnce(String name, int steps) {
        List<JsonNode> lines = trimtab.metrics(name);
        assertThat(lines).hasSize(steps);
        for (int i = 0; i < steps; i++) {
            assertThat(lines.get(i).get("step").asInt()).isEqualTo(i + 1);
        }
    }
}
