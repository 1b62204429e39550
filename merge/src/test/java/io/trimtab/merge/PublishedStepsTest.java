package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.ParameterLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Worked examples of two steps on four weights; A, B and C were checked by executing the authors' released optimizer. Their random masks are given, so a seed is
 * looked for that draws them.
 */
class PublishedStepsTest {

    private static final float[] THETA = {0.5f, -0.3f, 0.1f, 0.2f};
    private static final float[] TAU = {0.04f, -0.02f, 0.03f, -0.01f};
    private static final float[][] GRADIENTS = {{0.1f, -0.2f, 0.3f, -0.4f}, {0.2f, 0.1f, -0.3f, -0.4f}};
    private static final ParameterLayout LAYOUT =
            new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "weights", 0, 4)));
    private static final long TAU_SALT = 0x5441555F4D41534BL;

    @Test
    void onDareReleased() {
        long seed = seedWithMasks(new Mask(0, 0, "1101"), new Mask(0, 1, "1011"), new Mask(0, 2, "0110"));
        assertSteps(
                1e-8,
                new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.5, 0.01, seed),
                new double[] {0.498815018061, -0.300396996000, 0.098019021887, 0.201777980635},
                new double[] {0.499610021911, -0.300266646711, 0.098122251103, 0.201575964855});
    }

    @Test
    void onDareAsPrinted() {
        long seed = seedWithMasks(
                new Mask(TAU_SALT, 1, "1101"),
                new Mask(TAU_SALT, 2, "1101"),
                new Mask(0, 1, "1011"),
                new Mask(0, 2, "0110"));
        assertSteps(
                1e-8,
                new MergeSettings(MergeRuleName.ON_DARE, Semantics.PAPER, 0.5, 0.01, seed),
                new double[] {0.499405009031, -0.300196998000, 0.099009010944, 0.200887990317},
                new double[] {0.499800010981, -0.300130323371, 0.099060125557, 0.200785982437});
    }

    @Test
    void everythingKeptAndNoSftDeltaIsOldHuggingFaceAdamW() {
        assertSteps(
                1e-8,
                new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 1.0, 0.0, 1),
                new double[] {0.498995013162, -0.298997011581, 0.098999011054, 0.200997989209},
                new double[] {0.498024852203, -0.298727687612, 0.099050652077, 0.201995968670});
    }

    @Test
    void onTiesReleased() {
        assertSteps(
                0.05,
                new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.5, 0.01, 1),
                new double[] {0.500394996000, -0.299997000000, 0.100298997000, 0.200197883034},
                new double[] {0.500789988050, -0.299994000030, 0.100597991010, 0.200456694131});
    }

    private static void assertSteps(double epsilon, MergeSettings merge, double[]... expected) {
        ArrayMemory memory = new ArrayMemory(LAYOUT, THETA);
        MergedUpdate update = MergedUpdate.create(
                new Solo(),
                memory,
                new AdamWSettings(1e-3, 0.9, 0.999, epsilon, 0.01, 0.0),
                LearningRateSchedule.constant(),
                merge,
                new ArrayMemory(LAYOUT, TAU)::readWeights,
                new ArrayMemory(LAYOUT, new float[4])::readWeights);
        for (int step = 1; step <= expected.length; step++) {
            System.arraycopy(GRADIENTS[step - 1], 0, memory.gradients, 0, 4);
            update.apply(step, 1.0);
            for (int i = 0; i < 4; i++) {
                assertThat((double) memory.weights[i])
                        .as("step %d", step)
                        .isCloseTo(expected[step - 1][i], within(1e-7));
            }
        }
    }

    private record Mask(long salt, long step, String bits) {

        boolean isDrawnBy(long seed) {
            long key = mix(seed ^ salt ^ mix(step * 0x9E3779B97F4A7C15L));
            SplittableRandom random = new SplittableRandom(key);
            for (int i = 0; i < bits.length(); i++) {
                if (random.nextDouble() < 0.5 != (bits.charAt(i) == '1')) {
                    return false;
                }
            }
            return true;
        }
    }

    private static long seedWithMasks(Mask... masks) {
        for (long seed = 0; seed < 10_000_000L; seed++) {
            long candidate = seed;
            if (List.of(masks).stream().allMatch(mask -> mask.isDrawnBy(candidate))) {
                return seed;
            }
        }
        throw new AssertionError("No seed draws these masks");
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
