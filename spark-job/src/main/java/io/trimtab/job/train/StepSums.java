package io.trimtab.job.train;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.model.loss.LossSums;
import java.util.Arrays;

/**
 * What all ranks know together before a step's update: the loss sums and how many of them want to stop or to save. One small sum
 * carries both, so that every rank decides the same after the same step.
 */
record StepSums(LossSums losses, boolean stopRequested, boolean saveAgreed) {

    static StepSums over(Collective collective, LossSums local, boolean stop, boolean save) {
        double[] values = Arrays.copyOf(local.toArray(), LossSums.SIZE + 2);
        values[LossSums.SIZE] = stop ? 1 : 0;
        values[LossSums.SIZE + 1] = save ? 1 : 0;
        double[] sum = collective.sum(values);
        return new StepSums(LossSums.of(sum), sum[LossSums.SIZE] > 0, sum[LossSums.SIZE + 1] > 0);
    }
}
