package io.trimtab.job.train;

import io.trimtab.job.config.ActivationCheckpointing;
import io.trimtab.job.config.RefusedException;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.PolicyOptions;
import java.io.Serializable;
import java.util.function.Predicate;

/**
 * Fits a run into a rank's memory: decides on activation checkpointing where that is left open, and refuses what cannot fit with the setting
 * that would make it fit.
 *
 * @param model what is trained
 * @param policy how, but for activation checkpointing
 * @param pass the largest of the run
 */
public record MemoryPlan(
        ModelArchitecture model, PolicyOptions policy, MergeSettings merge, int ranks, LargestPass pass) {

    /** Smaller passes cost more time than they save memory. */
    private static final long LEAST_ROWS = 64;

    /**
     * What was decided.
     *
     * @param pass the largest of the run
     * @param largestRow packed tokens of the largest row
     * @param line for the run's start
     */
    public record Decision(
            boolean activationCheckpointing, MemoryEstimate estimate, LargestPass pass, long largestRow, String line)
            implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Decides for memory of a certain size.
     *
     * @param fits whether such an estimate fits
     * @param memory what that memory is, for messages: "its share of this machine, 11,900 MiB"
     * @param largestRow packed tokens of the largest row: no pass is smaller
     * @throws RefusedException where nothing that the setting allows would fit
     */
    public Decision decide(
            ActivationCheckpointing setting, Predicate<MemoryEstimate> fits, String memory, long largestRow) {
        MemoryEstimate plain = estimate(false, pass);
        MemoryEstimate saving = estimate(true, pass);
        boolean fitsPlain = fits.test(plain);
        if (setting != ActivationCheckpointing.ON && fitsPlain) {
            return new Decision(false, plain, pass, largestRow, plain.line());
        }
        if (setting != ActivationCheckpointing.OFF && fits.test(saving)) {
            return new Decision(
                    true,
                    saving,
                    pass,
                    largestRow,
                    saving.line()
                            + (setting == ActivationCheckpointing.ON
                                    ? ""
                                    : "; activation checkpointing is on: without it a step needs "
                                            + MemoryEstimate.mebibytes(needed(plain)) + " MiB, more than " + memory));
        }
        boolean checkpointing = setting != ActivationCheckpointing.OFF;
        throw new RefusedException("Cannot train in " + memory + ": " + (checkpointing ? saving : plain).line()
                + "; set " + remedy(checkpointing, fits, largestRow));
    }

    /** Of the memory that is short where the engine works. */
    private static long needed(MemoryEstimate estimate) {
        return estimate.device().cuda() ? estimate.gpu() : estimate.total();
    }

    /** The first that would do: what costs least time comes first. */
    private String remedy(boolean checkpointing, Predicate<MemoryEstimate> fits, long largestRow) {
        if (!checkpointing) {
            long rows = fittingRows(false, fits);
            if (rows >= largestRow) {
                return microBatchTokens(rows);
            }
            if (fits.test(estimate(true, pass))) {
                return "model.activation-checkpointing = on";
            }
        }
        long rows = fittingRows(true, fits);
        String on = checkpointing ? "" : "model.activation-checkpointing = on and ";
        if (rows >= largestRow) {
            return on + microBatchTokens(rows);
        }
        if (rows >= LEAST_ROWS) {
            // A row of the largest size becomes as small as a pass may be.
            return on + microBatchTokens(rows) + " and data.max-length = " + pass.longest() * rows / largestRow;
        }
        for (int more = ranks + 1; more <= 1024; more++) {
            MemoryPlan wider = new MemoryPlan(model, policy, merge, more, pass.cutTo(LEAST_ROWS));
            if (fits.test(wider.estimate(true, wider.pass))) {
                return "cluster.ranks = " + more + " on executors of this size, or give each more memory";
            }
        }
        return "a smaller model.policy, or give each rank more memory: weights and gradients alone do not fit";
    }

    private static String microBatchTokens(long rows) {
        return "training.micro-batch-tokens = " + rows;
    }

    /** The most rows of a pass that fit, in steps of 64; 0 where none do. */
    private long fittingRows(boolean checkpointing, Predicate<MemoryEstimate> fits) {
        long rows = (pass.rows() - 1) / LEAST_ROWS * LEAST_ROWS;
        while (rows > 0 && !fits.test(estimate(checkpointing, pass.cutTo(rows)))) {
            rows -= LEAST_ROWS;
        }
        return rows;
    }

    private MemoryEstimate estimate(boolean checkpointing, LargestPass of) {
        return MemoryEstimate.of(model, policy.withActivationCheckpointing(checkpointing), merge, ranks, of);
    }
}
