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
 * @param surplus how many further ones there are here, which are dropped
 */
record LargestMagnitudes(int smallest, long tiesHere, long surplus) {

    /** Of entries that all lie on this rank. */
    static LargestMagnitudes in(Shard values, Selection selection, Candidates candidates) {
        Search search = new Search(values, selection);
        search.narrow(candidates);
        BorderSearch border = search.border;
        return new LargestMagnitudes(border.smallest(), border.ties(), border.agreeing() - border.ties());
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
            long tiesHere = Math.max(0, search.border.ties() - (long) before);
            long foundHere = (long) ties[s * ranks + collective.rank()];
            found.add(new LargestMagnitudes(search.border.smallest(), tiesHere, Math.max(0, foundHere - tiesHere)));
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

        /** Two looks at all entries, where one histogram leaves few candidates; else three. */
        void narrow(Candidates candidates) {
            count(0);
            border.descend(0);
            if (border.agreeing() > Candidates.MOST) {
                for (int level = 1; level < BorderSearch.LEVELS; level++) {
                    count(level);
                    border.descend(level);
                }
                return;
            }
            candidates.clear((int) border.agreeing());
            for (TensorPart part : selection.parts()) {
                border.collect(values.block(part.block()), part.from(), part.to(), candidates);
            }
            border.descend(candidates);
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
