package io.trimtab.model.loss;

import io.trimtab.data.Example;
import java.util.List;

/** Central difference of the sum of example losses. */
final class FiniteDifference {

    private static final double STEP = 1e-5;

    private FiniteDifference() {}

    static double of(
            SequenceLoss loss, List<Example> rows, double[] at, double[] references, double klEstimate, int index) {
        return (lossSum(loss, rows, moved(at, index, STEP), references, klEstimate)
                        - lossSum(loss, rows, moved(at, index, -STEP), references, klEstimate))
                / (2 * STEP);
    }

    private static double[] moved(double[] at, int index, double by) {
        double[] moved = at.clone();
        moved[index] += by;
        return moved;
    }

    private static double lossSum(
            SequenceLoss loss, List<Example> rows, double[] logProbs, double[] references, double klEstimate) {
        LossSums sums = loss.of(rows, logProbs, references, new int[logProbs.length], klEstimate)
                .sums();
        return sums.loss() * sums.denominator();
    }
}
