package io.trimtab.merge.sparsify;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The border between the k entries of largest magnitude and the rest, found exactly by radix select on the 31 magnitude bits of the floats: three
 * histograms, of the upper 11, the middle 10 and the lower 10 bits, each among the entries that agree with the bits found so far. Ranks add
 * their histograms, whose counts are whole numbers far below 2^53 and so add exactly.
 *
 * @param smallest magnitude bits of the smallest kept entry
 * @param tiesHere how many of this rank's entries of exactly that magnitude are kept, in ascending order
 */
record LargestMagnitudes(int smallest, long tiesHere) {

    private static final int MAGNITUDE = 0x7fffffff;

    /** Magnitudes of finite floats are ordered as these bits are. */
    static int bits(float value) {
        return Float.floatToRawIntBits(value) & MAGNITUDE;
    }

    /** Of entries that all lie on this rank. */
    static LargestMagnitudes in(Shard values, Selection selection) {
        Search search = new Search(values, selection);
        Search.narrow(List.of(search), UnaryOperator.identity());
        return new LargestMagnitudes(search.prefix, search.left);
    }

    /** Of entries spread over ranks; all ranks call it with the same selections. The lower rank's ties come first. */
    static List<LargestMagnitudes> across(Shard values, List<Selection> selections, Collective collective) {
        List<Search> searches = selections.stream()
                .map(selection -> new Search(values, selection))
                .toList();
        Search.narrow(searches, collective::sum);
        int ranks = collective.worldSize();
        double[] ties = new double[searches.size() * ranks];
        for (int s = 0; s < searches.size(); s++) {
            ties[s * ranks + collective.rank()] = searches.get(s).ties();
        }
        double[] tiesOfAll = collective.sum(ties);
        List<LargestMagnitudes> found = new ArrayList<>();
        for (int s = 0; s < searches.size(); s++) {
            Search search = searches.get(s);
            double before = 0;
            for (int rank = 0; rank < collective.rank(); rank++) {
                before += tiesOfAll[s * ranks + rank];
            }
            found.add(new LargestMagnitudes(search.prefix, Math.max(0, search.left - (long) before)));
        }
        return found;
    }

    /** One selection while its border is being narrowed down. */
    private static final class Search {

        private static final int[] SHIFTS = {20, 10, 0};
        private static final int[] WIDTHS = {11, 10, 10};

        private final Shard values;
        private final Selection selection;

        /** Upper bits of the border, as far as they are known. */
        private int prefix;

        /** How many entries are still to be taken among those that agree with the prefix. */
        private long left;

        Search(Shard values, Selection selection) {
            this.values = values;
            this.selection = selection;
            this.left = selection.count();
        }

        static void narrow(List<Search> searches, UnaryOperator<double[]> sum) {
            for (int level = 0; level < SHIFTS.length; level++) {
                int bins = 1 << WIDTHS[level];
                double[] histograms = new double[searches.size() * bins];
                for (int s = 0; s < searches.size(); s++) {
                    searches.get(s).count(level, histograms, s * bins);
                }
                double[] summed = sum.apply(histograms);
                for (int s = 0; s < searches.size(); s++) {
                    searches.get(s).descend(level, summed, s * bins);
                }
            }
        }

        private void count(int level, double[] histograms, int at) {
            int bins = 1 << WIDTHS[level];
            long[] counts = new long[bins];
            for (TensorPart part : selection.parts()) {
                count(values.block(part.block()), part.from(), part.to(), SHIFTS[level], bins, counts);
            }
            for (int bin = 0; bin < bins; bin++) {
                histograms[at + bin] = counts[bin];
            }
        }

        /** The bits above the bin's are those found so far: with the first histogram there are none, on either side. */
        private void count(float[] block, int from, int to, int shift, int bins, long[] counts) {
            int width = Integer.numberOfTrailingZeros(bins);
            for (int i = from; i < to; i++) {
                int upper = bits(block[i]) >>> shift;
                if (upper >>> width == prefix) {
                    counts[upper & (bins - 1)]++;
                }
            }
        }

        private void descend(int level, double[] histograms, int at) {
            int bin = (1 << WIDTHS[level]) - 1;
            while (bin > 0 && histograms[at + bin] < left) {
                left -= (long) histograms[at + bin];
                bin--;
            }
            prefix = prefix << WIDTHS[level] | bin;
        }

        private long ties() {
            long ties = 0;
            for (TensorPart part : selection.parts()) {
                float[] block = values.block(part.block());
                for (int i = part.from(); i < part.to(); i++) {
                    ties += bits(block[i]) == prefix ? 1 : 0;
                }
            }
            return ties;
        }
    }
}
