package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.allreduce.Collective;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SavedStateTest {

    private static final AdamWSettings ADAMW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.01, 1.0);
    private static final long SEED = 31L;

    /** A run that stops at step 4, saves, and goes on with another number of ranks, against one that never stopped. */
    @ParameterizedTest(name = "{0}, {1} ranks, then {2}")
    @CsvSource({
        "NONE, 1, 3",
        "NONE, 3, 2",
        "ON_DARE, 2, 2",
        "ON_DARE, 3, 1",
        "ON_DARE, 2, 5",
        "ON_TIES, 1, 2",
        "ON_TIES, 5, 3",
        "ON_TIES, 2, 2"
    })
    void resumesToTheBitOnAnyNumberOfRanks(MergeRuleName rule, int ranksBefore, int ranksAfter) throws Exception {
        MergeSettings merge = new MergeSettings(rule, Semantics.PAPER, 0.3, 0.02, 9);
        float[] undisturbed = Ranks.run(1, collective -> train(start(collective, merge), 1, 8))
                .get(0);
        Map<String, float[]> saved = new HashMap<>();
        for (String slot : MergedUpdate.slots()) {
            saved.put(slot, new float[undisturbed.length]);
        }
        Ranks.run(ranksBefore, collective -> {
            Problem.Run run = start(collective, merge);
            train(run, 1, 4);
            run.update.save((slot, offset, source, at, length) ->
                    System.arraycopy(source, at, saved.get(slot), (int) offset, length));
            return run;
        });
        List<float[]> resumed = Ranks.run(ranksAfter, collective -> {
            Problem.Run run = start(collective, merge);
            run.update.load(
                    (slot, offset, target, at, length) ->
                            System.arraycopy(saved.get(slot), (int) offset, target, at, length),
                    4);
            assertThat(run.memory.weights).isEqualTo(saved.get("master"));
            assertThat(run.update.lastStep()).isEqualTo(4);
            return train(run, 5, 8);
        });
        for (float[] weights : resumed) {
            assertThat(weights).isEqualTo(undisturbed);
        }
    }

    private static Problem.Run start(Collective collective, MergeSettings merge) {
        LearningRateSchedule schedule = new LearningRateSchedule(ScheduleName.COSINE, 2, 8, 0.0);
        return new Problem(SEED).new Run(collective, ADAMW, schedule, merge, 41);
    }

    private static float[] train(Problem.Run run, int from, int to) {
        for (int step = from; step <= to; step++) {
            run.step(step);
        }
        return run.memory.weights;
    }
}
