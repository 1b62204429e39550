package io.trimtab.merge.sparsify;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.vector.VectorLoops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToDoubleFunction;

/**
 * F_top: keeps, in each tensor, the floor(density n) entries of largest magnitude, else 0; of equal magnitudes the lowest index (arXiv 2405.17931,
 * equation 6). A tensor stays dense where that number is below 1 or the density is 1, as in the released OnTIES. Exact also for tensors
 * cut by shard borders: every rank must call {@link #settleCut} together with the others. Used by one thread; {@link #watch} by any.
 */
public final class KeepLargest {

    private final Collective collective;

    /** Tensors that lie on this rank alone, by id. */
    private final Map<Integer, Selection> whole = new LinkedHashMap<>();

    private final List<Selection> cut;
    private final Set<Integer> cutTensors = new HashSet<>();
    private final Map<Integer, Forecast> forecasts = new HashMap<>();

    /** By tensor, the magnitude bits of its smallest kept entry. */
    private final Map<Integer, Integer> smallest = new HashMap<>();

    private final Candidates candidates = new Candidates();
    private final ThreadLocal<BandScan> scans = ThreadLocal.withInitial(() -> new BandScan(VectorLoops.create()));

    private KeepLargest(Collective collective, List<Selection> whole, List<Selection> cut) {
        this.collective = collective;
        this.cut = cut;
        whole.forEach(selection -> this.whole.put(selection.tensor(), selection));
        cut.forEach(selection -> cutTensors.add(selection.tensor()));
        for (List<Selection> selections : List.of(whole, cut)) {
            for (Selection selection : selections) {
                forecasts.put(selection.tensor(), new Forecast(selection.length()));
            }
        }
    }

    /**
     * For tensors laid out like this.
     *
     * @param densities by tensor id; a tensor of density 1 stays as it is
     */
    public static KeepLargest of(IntToDoubleFunction densities, ShardLayout layout, Collective collective) {
        Map<Integer, List<TensorPart>> partsById = layout.tensors();
        List<Selection> whole = new ArrayList<>();
        List<Selection> cut = new ArrayList<>();
        for (int position = 0; position < layout.tensorIds().size(); position++) {
            int tensor = layout.tensorIds().get(position);
            List<TensorPart> parts = partsById.getOrDefault(tensor, List.of());
            long kept =
                    kept(densities.applyAsDouble(tensor), layout.tensorLengths().get(position));
            boolean isCut = layout.cut().contains(position);
            if (kept > 0 && (isCut || !parts.isEmpty())) {
                (isCut ? cut : whole).add(new Selection(tensor, parts, kept));
            }
        }
        return new KeepLargest(requireNonNull(collective, "collective is null"), List.copyOf(whole), List.copyOf(cut));
    }

    /** 0 stands for "leave it dense". */
    private static long kept(double density, long length) {
        return density >= 1.0 ? 0 : (long) (density * length);
    }

    /**
     * Looks at a tile of values as soon as they are there, so that less is left to look at when a border is to be found. Either all tiles of a tensor or none, each by
     * any thread.
     */
    public void watch(Shard values, TensorPart tile) {
        Forecast forecast = forecasts.get(tile.tensor());
        if (forecast != null) {
            forecast.watch(scans.get(), values.view(tile.block()), tile);
        }
    }

    /** Whether ranks have to find a tensor's border together, by {@link #settleCut}. */
    public boolean isCut(int tensor) {
        return cutTensors.contains(tensor);
    }

    /** Finds the border of a tensor that is not cut, and drops entries of exactly its magnitude that are too many. */
    public void settle(Shard values, int tensor) {
        Selection selection = whole.get(tensor);
        if (selection != null) {
            settle(values, selection, LargestMagnitudes.in(values, selection, forecast(selection), candidates));
        }
    }

    /** The same for all tensors that are cut. All ranks enter. */
    public void settleCut(Shard values) {
        if (!cut.isEmpty()) {
            List<Forecast> ofCut = cut.stream().map(this::forecast).toList();
            List<LargestMagnitudes> found = LargestMagnitudes.across(values, cut, ofCut, collective);
            for (int i = 0; i < cut.size(); i++) {
                settle(values, cut.get(i), found.get(i));
            }
        }
    }

    private Forecast forecast(Selection selection) {
        return requireNonNull(forecasts.get(selection.tensor()));
    }

    private void settle(Shard values, Selection selection, LargestMagnitudes largest) {
        long surplus = largest.surplus();
        for (int p = selection.parts().size() - 1; p >= 0 && surplus > 0 && largest.smallest() > 0; p--) {
            TensorPart part = selection.parts().get(p);
            surplus = dropLast(values.block(part.block()), part.from(), part.to(), largest.smallest(), surplus);
        }
        smallest.put(selection.tensor(), largest.smallest());
        forecast(selection).learn(largest.smallest());
    }

    /** Magnitude bits of the smallest kept entry of a tensor whose border was found; 0 where all are kept. */
    public int smallest(int tensor) {
        return smallest.getOrDefault(tensor, 0);
    }

    /** All of it at once. All ranks enter. */
    public void apply(Shard values) {
        whole.keySet().forEach(tensor -> settle(values, tensor));
        settleCut(values);
        for (TensorPart part : values.layout().parts()) {
            keepFrom(values.block(part.block()), part.from(), part.to(), smallest(part.tensor()));
        }
    }

    /**
     * Zeroes what lies below the border. Without comparisons, so that a processor takes many entries at once: an entry is multiplied by its
     * distance from the next smaller float, blown up and cut to 0 … 1.
     */
    public static void keepFrom(float[] values, int from, int to, int smallest) {
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
