package io.trimtab.job.train;

import io.trimtab.job.config.DivergedException;
import io.trimtab.job.config.RefusedException;
import io.trimtab.merge.UpdateReport;
import io.trimtab.model.ForwardPass;
import io.trimtab.model.loss.KlEstimate;
import io.trimtab.model.loss.LossSums;
import io.trimtab.model.loss.LossTerms;
import org.jspecify.annotations.Nullable;

/**
 * One optimizer step of one rank, steps 7 to 10 of the data flow. Every rank enters, also one without rows: it takes part in every sum
 * and adds zeros to it.
 */
final class TrainingStep {

    private final Learner learner;
    private final TrainingPlan plan;
    private final StopSignal stop;
    private final PhaseClock clock;

    TrainingStep(Learner learner, TrainingPlan plan, StopSignal stop, PhaseClock clock) {
        this.learner = learner;
        this.plan = plan;
        this.stop = stop;
        this.clock = clock;
    }

    StepReport run(StepBatch batch) {
        requireReferences(batch);
        KlEstimate z0 = learner.loss().needsKlEstimate() ? klEstimate(batch) : KlEstimate.NONE;
        LossSums local = LossSums.ZERO;
        for (MicroBatch micro : batch.trained(learner.microBatchTokens())) {
            local = local.plus(addGradient(micro, z0));
        }
        StepSums global = sum(local);
        requireTrainable(batch.step(), global.losses());
        UpdateReport update = update(batch.step(), global.losses());
        return new StepReport(
                batch.step(), global, update, clock.lap(), learner.loss().needsReference());
    }

    /** Phase one of KTO: log-ratios of the mismatched completions without a gradient, summed over all ranks before the mean is taken. */
    private KlEstimate klEstimate(StepBatch batch) {
        KlEstimate local = KlEstimate.NONE;
        for (MicroBatch micro : batch.mismatched(learner.microBatchTokens())) {
            double[] logProbs = clock.time(Phase.FORWARD, () -> learner.policy().logProbs(micro.packed()));
            local = local.plus(KlEstimate.of(micro.examples(), logProbs, micro.references()));
        }
        double[] sumAndCount = local.toArray();
        return KlEstimate.of(clock.time(Phase.REDUCE, () -> learner.collective().sum(sumAndCount)));
    }

    /** Forward, loss, backward; gradients add up in the policy until the update takes them. */
    private LossSums addGradient(MicroBatch micro, KlEstimate z0) {
        try (ForwardPass pass = clock.time(Phase.FORWARD, () -> learner.policy().forward(micro.packed()))) {
            LossTerms terms = learner.loss()
                    .of(micro.examples(), pass.logProbs(), micro.references(), pass.tokenCounts(), z0.value());
            clock.time(Phase.BACKWARD, () -> learner.policy().backward(pass, terms.logProbGradients()));
            return terms.sums();
        }
    }

    private StepSums sum(LossSums local) {
        boolean save = learner.isRankZero() && plan.saveIsOverdue();
        return clock.time(Phase.REDUCE, () -> StepSums.over(learner.collective(), local, stop.requested(), save));
    }

    private UpdateReport update(long step, LossSums losses) {
        try {
            UpdateReport report = learner.update().apply(step, losses.denominator());
            clock.add(Phase.REDUCE, report.reduceSeconds());
            clock.add(Phase.MERGE, report.mergeSeconds());
            clock.add(Phase.GATHER, report.gatherSeconds());
            return report;
        } catch (io.trimtab.merge.DivergedException e) {
            throw diverged(step, losses.loss(), Double.toString(e.gradientNorm()), e);
        }
    }

    private void requireReferences(StepBatch batch) {
        if (learner.loss().needsReference()) {
            batch.rowWithoutReference().ifPresent(id -> {
                throw new IllegalArgumentException(
                        "Cannot train step " + batch.step() + ": row " + id + " has no reference log-probs");
            });
        }
    }

    /** Looks at global sums, so every rank stops here together, before the update. */
    private static void requireTrainable(long step, LossSums losses) {
        if (losses.denominator() == 0) {
            throw new RefusedException("Cannot train step " + step + ": none of its " + losses.examples()
                    + " rows has a token to learn from; a first token without a prompt is predicted by nothing");
        }
        if (!Double.isFinite(losses.loss())) {
            throw diverged(step, losses.loss(), "not computed", null);
        }
    }

    private static DivergedException diverged(long step, double loss, String norm, @Nullable Throwable cause) {
        String message = "Training diverged in step " + step + ": loss " + loss + ", gradient norm " + norm
                + "; the weights are those of step " + (step - 1)
                + ". Lower optimizer.learning-rate or optimizer.max-gradient-norm";
        return cause == null ? new DivergedException(message) : new DivergedException(message, cause);
    }
}
