package io.trimtab.merge.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignVoteTest {

    private static final float[] TAU = {0.04f, 0.0f, 0.03f, 0.0f};
    private static final float[] DELTA = {0.0f, 0.0f, -0.002f, 0.001f};

    @Test
    void releasedElectionIsUnweighted() {
        assertThat(added(0.01, false, TAU, DELTA))
                .containsExactly(new float[] {4e-4f, 0.0f, 3e-4f, 9.9e-4f}, within(1e-9f));
    }

    @Test
    void printedElectionIsWeighted() {
        assertThat(added(0.01, true, TAU, DELTA))
                .containsExactly(new float[] {4e-4f, 0.0f, -1.98e-3f, 9.9e-4f}, within(1e-9f));
    }

    @Test
    void exactOppositesElectPlusInTheReleasedCode() {
        assertThat(added(0.25, false, new float[] {0.5f, -0.5f}, new float[] {-0.5f, 0.5f}))
                .containsExactly(0.125f, 0.375f);
    }

    @Test
    void exactOppositesCancelInPrint() {
        assertThat(added(0.5, true, new float[] {0.5f, -0.5f}, new float[] {-0.5f, 0.5f}))
                .containsExactly(0.0f, 0.0f);
    }

    /** Their product would underflow to 0 and look like agreement. */
    @Test
    void tinyOppositesStillDisagree() {
        assertThat(added(0.5, true, new float[] {1e-30f}, new float[] {-3e-30f}))
                .containsExactly(-1.5e-30f);
    }

    /** Values of any size up to 2^125, subnormals, zeros and exact opposites; weights of 0, so that nothing hides in rounding. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyEntryIsWhatTheObviousRuleGives(boolean weighted) {
        Random random = new Random(7);
        float[] tau = new float[100_003];
        float[] delta = new float[tau.length];
        for (int i = 0; i < tau.length; i++) {
            tau[i] = draw(random);
            delta[i] = random.nextInt(4) == 0 ? -tau[i] : draw(random);
        }
        for (double alpha : new double[] {0.0, 1e-7, 0.3, 0.5, 1.0}) {
            float[] result = added(alpha, weighted, tau, delta);
            for (int i = 0; i < result.length; i++) {
                assertThat(result[i] + 0.0f)
                        .as("tau %s, delta %s, alpha %s", tau[i], delta[i], alpha)
                        .isEqualTo(obvious((float) alpha, (float) (1.0 - alpha), weighted, tau[i], delta[i]));
            }
        }
    }

    private static float draw(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0.0f;
            case 1 -> (float) random.nextGaussian() * 1e-3f;
            case 2 -> random.nextInt(-5, 6) * Float.MIN_VALUE;
            default -> Math.scalb((float) random.nextGaussian(), random.nextInt(-140, 123));
        };
    }

    private static float obvious(float tauShare, float deltaShare, boolean weighted, float tau, float delta) {
        float x = tauShare * tau;
        float y = deltaShare * delta;
        float sum = weighted ? x + y : tau + delta;
        if (weighted && sum == 0.0f) {
            return 0.0f;
        }
        boolean negative = sum < 0.0f;
        float kept = 0.0f;
        kept += tau < 0.0f == negative && tau != 0.0f ? x : 0.0f;
        kept += delta < 0.0f == negative && delta != 0.0f ? y : 0.0f;
        return kept;
    }

    private static float[] added(double alpha, boolean weighted, float[] tau, float[] delta) {
        float[] sums = new float[tau.length];
        new SignVote(alpha, weighted).sum(tau.clone(), delta.clone(), sums.length, sums);
        return sums;
    }
}
