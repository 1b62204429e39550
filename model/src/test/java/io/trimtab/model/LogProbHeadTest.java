package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogProbHeadTest {

    private static final int ROWS = 11;
    private static final int WORDS = Tiny.WORDS;

    /**
     * Logits of 50 to 90, as far from zero as those of trained models, lie a quarter or a half apart in bfloat16. All operands are bfloat16
     * numbers here, so that nothing but the logits is rounded.
     */
    @Test
    void logProbsInBfloat16DoNotHangOnHowFarLogitsAreFromZero() {
        ModelArchitecture architecture = Tiny.architecture(false);
        int size = architecture.hiddenSize();
        double[] hidden = bfloats(ROWS * size, 3);
        double[] weight = bfloats(WORDS * size, 4);
        int[] targets = Tiny.ids(new SplittableRandom(5), ROWS);
        try (EngineSession session = EngineSession.open(Policy.script(), 1, Precision.BF16, OnDevice.DEVICE)) {
            session.withoutGradients(() -> {
                Tensor words = new DitheredRounding(session).of(session.root().reals(weight, WORDS, size));
                LogProbHead head =
                        new LogProbHead(words, session.root().zeros(0), architecture, LogProbHead.DEFAULT_BUDGET);
                double[] logProbs = head.logProbs(session.root(), session.root().reals(hidden, ROWS, size), targets);
                for (int row = 0; row < ROWS; row++) {
                    assertThat(logProbs[row]).isCloseTo(logProb(hidden, weight, row, targets[row], size), within(0.02));
                }
                return logProbs;
            });
        }
    }

    private static double logProb(double[] hidden, double[] weight, int row, int target, int size) {
        double[] logits = new double[WORDS];
        double sum = 0;
        for (int word = 0; word < WORDS; word++) {
            for (int i = 0; i < size; i++) {
                logits[word] += hidden[row * size + i] * weight[word * size + i];
            }
            assertThat(logits[word]).isBetween(50.0, 90.0);
            sum += Math.exp(logits[word] - 70);
        }
        return logits[target] - 70 - Math.log(sum);
    }

    /** From 1.5 to 2, in steps of 2^-7. */
    private static double[] bfloats(int count, long seed) {
        return new SplittableRandom(seed)
                .ints(count, 192, 256)
                .mapToDouble(i -> i / 128.0)
                .toArray();
    }
}
