package io.trimtab.merge.sparsify;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * L1 norms of whole tensors, summed in double over all ranks, and their restoring after sparsifying: what was kept is multiplied by {@code norm before /
 * (norm after + epsilon)}. Tensors with a norm below a limit, before or after, stay as they are. Every rank must call it together with the
 * others. A tensor's factor depends on how it is cut by the rounding of a double sum alone.
 */
public final class TensorNorms {

    private final ShardLayout layout;
    private final Collective collective;
    private final Map<Integer, Integer> positions = new HashMap<>();
    private final double epsilon;
    private final double least;
    private final IntPredicate touched;

    private TensorNorms(ShardLayout layout, Collective collective, double epsilon, double least, IntPredicate touched) {
        this.layout = requireNonNull(layout, "layout is null");
        this.collective = requireNonNull(collective, "collective is null");
        this.epsilon = epsilon;
        this.least = least;
        this.touched = requireNonNull(touched, "touched is null");
        for (int position = 0; position < layout.tensorIds().size(); position++) {
            positions.put(layout.tensorIds().get(position), position);
        }
    }

    /** Restores norms exactly, so a tensor of which everything is kept stays as it is: the released OnTIES. */
    public static TensorNorms exact(ShardLayout layout, Collective collective) {
        return new TensorNorms(layout, collective, 0.0, 0.0, tensor -> true);
    }

    /**
     * Restores norms of at least 1e-8, with 1e-8 beside the divisor: the released OnDARE.
     *
     * @param touched tensors whose norms are restored, by id
     */
    public static TensorNorms guarded(ShardLayout layout, Collective collective, IntPredicate touched) {
        return new TensorNorms(layout, collective, 1e-8, 1e-8, touched);
    }

    /** Of all tensors, by position in the table, where this rank holds a part of them. */
    public double[] of(Shard values) {
        double[] norms = new double[layout.tensorIds().size()];
        for (TensorPart part : layout.parts()) {
            norms[position(part)] += sum(values.view(part.block()), part.from(), part.to());
        }
        List<Integer> cut = layout.cut();
        if (cut.isEmpty()) {
            return norms;
        }
        double[] shared = collective.sum(cut.stream().mapToDouble(p -> norms[p]).toArray());
        for (int i = 0; i < shared.length; i++) {
            norms[cut.get(i)] = shared[i];
        }
        return norms;
    }

    /**
     * Gives what was kept the norms from before.
     *
     * @param before what {@link #of} answered before sparsifying; used here, not kept
     */
    public void restore(Shard values, double[] before) {
        double[] after = of(values);
        for (TensorPart part : layout.parts()) {
            double was = before[position(part)];
            double is = after[position(part)];
            if (was >= least && is > 0.0 && touched.test(part.tensor())) {
                scale(values.block(part.block()), part.from(), part.to(), (float) (was / (is + epsilon)));
            }
        }
    }

    private int position(TensorPart part) {
        return requireNonNull(positions.get(part.tensor()));
    }

    private static double sum(float[] values, int from, int to) {
        double sum = 0.0;
        for (int i = from; i < to; i++) {
            sum += Math.abs(values[i]);
        }
        return sum;
    }

    private static void scale(float[] values, int from, int to, float factor) {
        for (int i = from; i < to; i++) {
            values[i] *= factor;
        }
    }
}
