package io.trimtab.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.ScheduleName;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.settings.StateMismatchException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SavedStateTest {

    private static final AdamWSettings ADAMW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.01, 1.0);
    private static final EmaSettings AVERAGE = new EmaSettings(0.9, EmaSettings.Export.AVERAGE);
    private static final long SEED = 31L;

    /**
     * A run that stops at step 4, saves, and goes on with another number of ranks, against one that never stopped; the first two work
     * in the model's own memory where the rule lets them, the last one does not.
     */
    @ParameterizedTest(name = "{0}, every {1} steps, {2} ranks, then {3}")
    @CsvSource({
        "NONE, 1, 1, 3",
        "NONE, 1, 3, 2",
        "ON_DARE, 1, 2, 2",
        "ON_DARE, 1, 3, 1",
        "ON_DARE, 1, 2, 5",
        "ON_DARE, 3, 2, 5",
        "ON_DARE, 4, 3, 1",
        "ON_TIES, 1, 1, 2",
        "ON_TIES, 1, 5, 3",
        "ON_TIES, 1, 2, 2",
        "ON_TIES, 3, 5, 2",
        "ON_TIES, 3, 1, 3",
        "CHILDTUNING, 1, 2, 5",
        "CHILDTUNING, 1, 3, 1",
        "EMA, 1, 2, 3",
        "EMA, 1, 5, 1"
    })
    void resumesToTheBitOnAnyNumberOfRanks(MergeRuleName rule, int interval, int ranksBefore, int ranksAfter)
            throws Exception {
        MergeSettings merge = new MergeSettings(rule, Semantics.PAPER, 0.3, 0.02, 9)
                .with(AVERAGE)
                .every(interval);
        resumesToTheBit(merge, ranksBefore, ranksAfter);
    }

    /** Filters, lists over the depth and a course of alpha: step 5 is merged with the alpha of step 5, and what was added before counts on. */
    @ParameterizedTest(name = "every {0} steps")
    @ValueSource(ints = {1, 3})
    void resumesWhereTheCourseOfAlphaWas(int interval) throws Exception {
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.PAPER, 0.3, 0.02, 9)
                .with(Merges.scope(
                        TensorFilter.allBut(Merges.patterns(".*norm.*")), List.of(0.3, 0.9), List.of(0.0, 0.2)))
                .with(new AlphaSchedule(AlphaSchedule.Name.LINEAR, 2, 0.1))
                .every(interval);
        resumesToTheBit(merge, 3, 2);
        Problem.Run undisturbed = start(new Solo(), merge);
        Problem.Run resumed = start(new Solo(), merge);
        Map<String, float[]> saved = new HashMap<>();
        for (int step = 1; step <= 4; step++) {
            undisturbed.step(step);
        }
        undisturbed.update.save((slot, offset, source, at, length) -> System.arraycopy(
                source,
                at,
                saved.computeIfAbsent(slot, name -> new float[undisturbed.memory.weights.length]),
                (int) offset,
                length));
        resumed.update.load(new SavedArrays(saved), 4);
        double expected = undisturbed.step(5).cumulativeAlpha();
        assertThat(resumed.step(5).cumulativeAlpha()).isEqualTo(expected).isPositive();
    }

    @ParameterizedTest
    @MethodSource("io.trimtab.merge.Merges#all")
    void resumesUnderEverySetting(MergeSettings merge) throws Exception {
        resumesToTheBit(merge, 3, 2);
    }

    private static void resumesToTheBit(MergeSettings merge, int ranksBefore, int ranksAfter) throws Exception {
        float[] undisturbed = Ranks.run(1, collective -> train(start(collective, merge), 1, 8))
                .get(0);
        Map<String, float[]> saved = new HashMap<>();
        for (String slot : MergedUpdate.slots(merge)) {
            saved.put(slot, new float[undisturbed.length]);
        }
        Ranks.run(ranksBefore, collective -> {
            Problem.Run run = start(collective, merge, true);
            train(run, 1, 4);
            run.update.save((slot, offset, source, at, length) ->
                    System.arraycopy(source, at, saved.get(slot), (int) offset, length));
            return run;
        });
        List<float[]> resumed = Ranks.run(ranksAfter, collective -> {
            Problem.Run run = start(collective, merge, true);
            run.update.load(new SavedArrays(saved), 4);
            assertThat(run.memory.weights).isEqualTo(shown(saved));
            assertThat(run.update.lastStep()).isEqualTo(4);
            return train(run, 5, 8);
        });
        for (float[] weights : resumed) {
            assertThat(weights).isEqualTo(undisturbed);
        }
    }

    private static Problem.Run start(Collective collective, MergeSettings merge) {
        return start(collective, merge, false);
    }

    private static Problem.Run start(Collective collective, MergeSettings merge, boolean inPlace) {
        LearningRateSchedule schedule = new LearningRateSchedule(ScheduleName.COSINE, 2, 8, 0.0);
        return new Problem(SEED, inPlace).new Run(collective, ADAMW, schedule, merge, 41);
    }

    private static float[] train(Problem.Run run, int from, int to) {
        for (int step = from; step <= to; step++) {
            run.step(step);
        }
        return run.memory.weights;
    }

    private static float[] shown(Map<String, float[]> saved) {
        float[] weights = requireNonNull(saved.get("master")).clone();
        float[] pending = saved.getOrDefault("pending", new float[weights.length]);
        for (int i = 0; i < weights.length; i++) {
            weights[i] += pending[i];
        }
        return weights;
    }

    /** A state of whole arrays. */
    private record SavedArrays(Map<String, float[]> arrays) implements StateSource {

        @Override
        public Set<String> slots() {
            return arrays.keySet();
        }

        @Override
        public void read(String slot, long offset, float[] target, int at, int length) {
            System.arraycopy(requireNonNull(arrays.get(slot)), (int) offset, target, at, length);
        }
    }

    @Nested
    class Parts {

        private final MergeSettings plain = MergeSettings.none();
        private final MergeSettings averaged =
                new MergeSettings(MergeRuleName.EMA, Semantics.RELEASED, 1, 0, 0).with(AVERAGE);
        private final MergeSettings everyThird =
                new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.5, 0.1, 1).every(3);

        @Test
        void missingOrSpareOnesAreRefusedByNameBeforeAnythingIsRead() throws Exception {
            assertRefused(averaged, Set.of("master", "moment1", "moment2"), "[average, master, moment1, moment2]");
            assertRefused(
                    plain,
                    Set.of("master", "moment1", "moment2", "pending"),
                    "has the parts [master, moment1, moment2, pending]");
        }

        private void assertRefused(MergeSettings merge, Set<String> found, String words) {
            Map<String, float[]> nothing = new HashMap<>();
            found.forEach(slot -> nothing.put(slot, new float[0]));
            assertThatThrownBy(() -> start(new Solo(), merge).update.load(new SavedArrays(nothing), 2))
                    .isInstanceOf(StateMismatchException.class)
                    .hasMessageStartingWith("Cannot resume: the saved state")
                    .hasMessageContaining(words);
        }

        /** Three steps of which none, or the third, is merged: what is handed on is what the model holds. */
        @ParameterizedTest
        @ValueSource(ints = {2, 3})
        void weightsHandedOnAreThoseOfTheModelAlsoBetweenMerges(int steps) throws Exception {
            assertThat(handedOn(everyThird, steps)).isEqualTo(train(start(new Solo(), everyThird), 1, steps));
        }

        @Test
        void averageOrTrainedWeightsAreHandedOnAsAskedFor() throws Exception {
            MergeSettings trained = averaged.with(new EmaSettings(0.9, EmaSettings.Export.TRAINED));
            float[] weights = train(start(new Solo(), averaged), 1, 3);
            assertThat(handedOn(trained, 3)).isEqualTo(weights);
            assertThat(handedOn(averaged, 3)).isNotEqualTo(weights);
        }

        private float[] handedOn(MergeSettings merge, int steps) throws Exception {
            Map<String, float[]> saved = new HashMap<>();
            Problem.Run run = start(new Solo(), merge);
            float[] weights = train(run, 1, steps);
            run.update.save((slot, offset, source, at, length) -> System.arraycopy(
                    source, at, saved.computeIfAbsent(slot, name -> new float[weights.length]), (int) offset, length));
            float[] read = new float[weights.length + 3];
            SavedWeights.of(merge, new SavedArrays(saved)).read(0, read, 3, weights.length);
            return Arrays.copyOfRange(read, 3, read.length);
        }
    }
}
