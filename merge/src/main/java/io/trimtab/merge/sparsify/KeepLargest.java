package io.trimtab.merge.sparsify;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * F_top: keeps, in each tensor, the floor(density n) entries of largest magnitude, else 0; of equal magnitudes the lowest index (arXiv 2405.17931,
 * equation 6). A tensor stays dense where that number is below 1 or the density is 1, as in the released OnTIES. Exact also for tensors
 * cut by shard borders: every rank must call {@link #apply} together with the others.
 */
public final class KeepLargest {

    private final Collective collective;
    private final List<Selection> whole;
    private final List<Selection> cut;

    private KeepLargest(Collective collective, List<Selection> whole, List<Selection> cut) {
        this.collective = collective;
        this.whole = whole;
        this.cut = cut;
    }

    /**
     * For tensors laid out like this.
     *
     * @param densities by tensor id; a tensor of density 1 stays as it is
     */
    public static KeepLargest of(IntToDoubleFunction densities, ShardLayout layout, Collective collective) {
        Map<Integer, List<TensorPart>> partsById = new LinkedHashMap<>();
        for (TensorPart part : layout.parts()) {
            partsById.computeIfAbsent(part.tensor(), id -> new ArrayList<>()).add(part);
        }
        List<Selection> whole = new ArrayList<>();
        List<Selection> cut = new ArrayList<>();
        for (int position = 0; position < layout.tensorIds().size(); position++) {
            int tensor = layout.tensorIds().get(position);
            List<TensorPart> parts = partsById.getOrDefault(tensor, List.of());
            long kept =
                    kept(densities.applyAsDouble(tensor), layout.tensorLengths().get(position));
            boolean isCut = layout.cut().contains(position);
            if (kept > 0 && (isCut || !parts.isEmpty())) {
                (isCut ? cut : whole).add(new Selection(parts, kept));
            }
        }
        return new KeepLargest(requireNonNull(collective, "collective is null"), List.copyOf(whole), List.copyOf(cut));
    }

    /** 0 stands for "leave it dense". */
    private static long kept(double density, long length) {
        return density >= 1.0 ? 0 : (long) (density * length);
    }

    public void apply(Shard values) {
        Candidates candidates = new Candidates();
        for (Selection selection : whole) {
            keep(values, selection, LargestMagnitudes.in(values, selection, candidates));
        }
        if (!cut.isEmpty()) {
            List<LargestMagnitudes> found = LargestMagnitudes.across(values, cut, collective);
            for (int i = 0; i < cut.size(); i++) {
                keep(values, cut.get(i), found.get(i));
            }
        }
    }

    /** First all ties are kept, then the last ones are dropped: there are few, if any. */
    private static void keep(Shard values, Selection selection, LargestMagnitudes largest) {
        long surplus = largest.surplus();
        for (int p = selection.parts().size() - 1; p >= 0; p--) {
            TensorPart part = selection.parts().get(p);
            float[] block = values.block(part.block());
            keepFrom(block, part.from(), part.to(), largest.smallest());
            surplus = dropLast(block, part.from(), part.to(), largest.smallest(), surplus);
        }
    }

    /**
     * Zeroes what lies below the border. Without comparisons, so that a processor takes many entries at once: an entry is multiplied by its
     * distance from the next smaller float, blown up and cut to 0 … 1.
     */
    private static void keepFrom(float[] values, int from, int to, int smallest) {
        if (smallest == 0) {
            return;
        }
        float below = Float.intBitsToFloat(smallest - 1);
        for (int i = from; i < to; i++) {
            float distance = (Math.abs(values[i]) - below) * 0x1p127f * 0x1p127f;
            values[i] = values[i] * Math.min(Math.max(distance, 0.0f), 1.0f) + 0.0f; // a zero, never a negative one
        }
    }

    /**
     * Zeroes the last {@code surplus} entries of exactly this magnitude.
     *
     * @return how many of them are left for what comes before
     */
    private static long dropLast(float[] values, int from, int to, int magnitude, long surplus) {
        long left = surplus;
        for (int i = to - 1; i >= from && left > 0; i--) {
            if (BorderSearch.bits(values[i]) == magnitude) {
                values[i] = 0.0f;
                left--;
            }
        }
        return left;
    }

    /**
     * For entries that come in pieces: zeroes what lies below the border.
     *
     * @param ties how many entries of the border's own magnitude are kept, the first ones
     * @return how many of them are left for what comes next
     */
    static long keep(float[] values, int from, int to, int smallest, long ties) {
        long left = ties;
        for (int i = from; i < to; i++) {
            int magnitude = BorderSearch.bits(values[i]);
            if (magnitude < smallest || (magnitude == smallest && left-- <= 0)) {
                values[i] = 0.0f;
            }
        }
        return left;
    }
}
