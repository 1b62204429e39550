package io.trimtab.merge.sparsify;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The border between the k entries of largest magnitude and the rest, found exactly by {@link BorderSearch}. Ranks add their histograms, whose
 * counts are whole numbers far below 2^53 and so add exactly.
 *
 * @param smallest magnitude bits of the smallest kept entry
 * @param tiesHere how many of this rank's entries of exactly that magnitude are kept, in ascending order
 */
record LargestMagnitudes(int smallest, long tiesHere) {

    /** Of entries that all lie on this rank. */
    static LargestMagnitudes in(Shard values, Selection selection) {
        Search search = new Search(values, selection);
        Search.narrow(List.of(search), UnaryOperator.identity());
        return new LargestMagnitudes(search.border.smallest(), search.border.ties());
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
            found.add(
                    new LargestMagnitudes(search.border.smallest(), Math.max(0, search.border.ties() - (long) before)));
        }
        return found;
    }

    /** One selection while its border is being narrowed down. */
    private static final class Search {

        private final Shard values;
        private final Selection selection;
        private final BorderSearch border;

        Search(Shard values, Selection selection) {
            this.values = values;
            this.selection = selection;
            this.border = new BorderSearch(selection.count());
        }

        static void narrow(List<Search> searches, UnaryOperator<double[]> sum) {
            for (int level = 0; level < BorderSearch.LEVELS; level++) {
                int bins = BorderSearch.bins(level);
                double[] histograms = new double[searches.size() * bins];
                for (int s = 0; s < searches.size(); s++) {
                    searches.get(s).count(level);
                    searches.get(s).border.addCountsTo(level, histograms, s * bins);
                }
                double[] summed = sum.apply(histograms);
                for (int s = 0; s < searches.size(); s++) {
                    searches.get(s).border.descend(level, summed, s * bins);
                }
            }
        }

        private void count(int level) {
            for (TensorPart part : selection.parts()) {
                border.count(level, values.block(part.block()), part.from(), part.to());
            }
        }

        private long ties() {
            long ties = 0;
            for (TensorPart part : selection.parts()) {
                float[] block = values.block(part.block());
                for (int i = part.from(); i < part.to(); i++) {
                    ties += BorderSearch.bits(block[i]) == border.smallest() ? 1 : 0;
                }
            }
            return ties;
        }
    }
}
