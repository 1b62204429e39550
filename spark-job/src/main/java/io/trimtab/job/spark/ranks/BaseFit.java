package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.BaseMismatch;
import io.trimtab.job.config.RefusedException;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.model.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where policy and base can be subtracted.
 *
 * @param common of each of the policy's tensors: how many of its entries, from the first on, the base has too
 * @param notes what the user should know, a line each
 */
public record BaseFit(List<Long> common, List<String> notes) {

    /**
     * Compares two models.
     *
     * @param merged tensors that need an SFT delta; others fit however they look
     * @param folder of the base
     * @throws RefusedException naming the first tensor that cannot be dealt with, or if no tensor fits
     */
    public static BaseFit of(
            List<TensorSpec> policy, List<TensorSpec> base, BaseMismatch mismatch, TensorFilter merged, String folder) {
        Map<String, TensorSpec> byName = new HashMap<>();
        base.forEach(tensor -> byName.put(tensor.name(), tensor));
        List<Long> common = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (TensorSpec tensor : policy) {
            TensorSpec before = byName.remove(tensor.name());
            boolean needed = merged.has(tensor.name());
            long entries = common(tensor, before, needed ? mismatch : BaseMismatch.NO_DELTA, folder);
            common.add(entries);
            if (needed && entries < tensor.elements()) {
                notes.add("SFT delta of " + tensor + ": "
                        + (entries == 0 ? "none" : "of its first " + entries / rowLength(tensor) + " rows") + ", "
                        + folder + " has " + (before == null ? "no such tensor" : before));
            }
        }
        Optional<TensorSpec> foreign = base.stream()
                .filter(tensor -> byName.containsKey(tensor.name()) && merged.has(tensor.name()))
                .findFirst();
        if (foreign.isPresent() && mismatch == BaseMismatch.REFUSE) {
            throw refused(folder + " has " + foreign.get() + " where model.policy has no tensor", false);
        }
        if (common.stream().allMatch(entries -> entries == 0)) {
            throw new RefusedException("Cannot form the SFT delta: no tensor of model.policy has its counterpart in "
                    + folder + "; set model.base to the model that model.policy was fine-tuned from");
        }
        return new BaseFit(List.copyOf(common), List.copyOf(notes));
    }

    private static long common(TensorSpec tensor, @Nullable TensorSpec before, BaseMismatch mismatch, String folder) {
        if (before != null && Arrays.equals(before.shape(), tensor.shape())) {
            return tensor.elements();
        }
        boolean onlyRows = before != null && sameBehindRows(tensor.shape(), before.shape());
        if (mismatch == BaseMismatch.REFUSE || (mismatch == BaseMismatch.COMMON_ROWS && before != null && !onlyRows)) {
            throw refused(
                    folder + " has " + (before == null ? "no tensor" : before) + " where model.policy has " + tensor,
                    onlyRows);
        }
        return mismatch == BaseMismatch.COMMON_ROWS && before != null
                ? Math.min(before.elements(), tensor.elements())
                : 0;
    }

    private static boolean sameBehindRows(long[] here, long[] there) {
        return here.length > 1
                && here.length == there.length
                && Arrays.equals(here, 1, here.length, there, 1, there.length);
    }

    private static long rowLength(TensorSpec tensor) {
        return tensor.elements() / tensor.shape()[0];
    }

    private static RefusedException refused(String difference, boolean onlyRows) {
        return new RefusedException("Cannot form the SFT delta: " + difference
                + "; set model.base to the model that model.policy was fine-tuned from, or merge.mismatch = "
                + (onlyRows
                        ? "common-rows to form it from the rows that both have, or no-delta to do without it there"
                        : "no-delta to do without it there")
                + " (or leave the tensor out of the merge by merge.exclude-tensors)");
    }
}
