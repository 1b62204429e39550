package io.trimtab.merge.sparsify;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The border between the k entries of largest magnitude and the rest, found exactly by {@link BorderSearch}. Ranks add their histograms, whose
 * counts are whole numbers far below 2^53 and so add exactly.
 *
 * @param smallest magnitude bits of the smallest kept entry
 * @param tiesHere how many of this rank's entries of exactly that magnitude are kept, in ascending order
 * @param surplus how many further ones there are here, which are dropped; any number where smallest is 0
 */
record LargestMagnitudes(int smallest, long tiesHere, long surplus) {

    /** Of entries that all lie on this rank. */
    static LargestMagnitudes in(Shard values, Selection selection, Candidates scratch) {
        Search search = Search.among(values, selection);
        search.narrow(scratch);
        return search.found();
    }

    /** The same, found among the candidates of a forecast where that is right. */
    static LargestMagnitudes in(Shard values, Selection selection, Forecast forecast, Candidates scratch) {
        Candidates inside = forecast.candidates();
        if (!forecast.covers() || !forecast.holds(selection.count(), forecast.above(), inside.count())) {
            return in(values, selection, scratch);
        }
        return forecast.largest(selection.count());
    }

    /** Of entries spread over ranks; all ranks call it with the same selections. The lower rank's ties come first. */
    static List<LargestMagnitudes> across(Shard values, List<Selection> selections, Collective collective) {
        return across(
                selections.stream()
                        .map(selection -> Search.among(values, selection))
                        .toList(),
                collective);
    }

    /** The same with a forecast for each, equal on all ranks but for what they saw. */
    static List<LargestMagnitudes> across(
            Shard values, List<Selection> selections, List<Forecast> forecasts, Collective collective) {
        double[] counts = new double[3 * selections.size()];
        for (int s = 0; s < selections.size(); s++) {
            Forecast forecast = forecasts.get(s);
            boolean covers = forecast.covers();
            counts[3 * s] = covers ? 0 : 1;
            counts[3 * s + 1] = covers ? forecast.above() : 0;
            counts[3 * s + 2] = covers ? forecast.candidates().count() : 0;
        }
        double[] ofAll = collective.sum(counts);
        List<Search> searches = new ArrayList<>();
        for (int s = 0; s < selections.size(); s++) {
            long above = (long) ofAll[3 * s + 1];
            Selection selection = selections.get(s);
            Forecast forecast = forecasts.get(s);
            boolean holds = ofAll[3 * s] == 0.0 && forecast.holds(selection.count(), above, (long) ofAll[3 * s + 2]);
            searches.add(
                    holds ? Search.among(forecast.candidates(), selection, above) : Search.among(values, selection));
        }
        return across(searches, collective);
    }

    private static List<LargestMagnitudes> across(List<Search> searches, Collective collective) {
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

    /** One selection while its border is being narrowed down, among all of its entries or among candidates. */
    private static final class Search {

        private final @Nullable Shard values;
        private final Selection selection;
        private final @Nullable Candidates candidates;
        private final BorderSearch border;

        private Search(@Nullable Shard values, Selection selection, @Nullable Candidates candidates, long above) {
            this.values = values;
            this.selection = selection;
            this.candidates = candidates;
            this.border = new BorderSearch(selection.count() - above);
        }

        static Search among(Shard values, Selection selection) {
            return new Search(values, selection, null, 0);
        }

        /** @param above how many entries, on all ranks, are larger than any candidate */
        static Search among(Candidates candidates, Selection selection, long above) {
            return new Search(null, selection, candidates, above);
        }

        LargestMagnitudes found() {
            return new LargestMagnitudes(border.smallest(), border.ties(), border.agreeing() - border.ties());
        }

        /** Two looks at all entries, where one histogram leaves few candidates; else three. */
        void narrow(Candidates scratch) {
            count(0);
            border.descend(0);
            if (border.agreeing() > Candidates.MOST) {
                for (int level = 1; level < BorderSearch.LEVELS; level++) {
                    count(level);
                    border.descend(level);
                }
                return;
            }
            scratch.clear((int) border.agreeing());
            for (TensorPart part : selection.parts()) {
                border.collect(view(part), part.from(), part.to(), scratch);
            }
            border.descend(1, scratch);
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
            if (candidates != null) {
                border.count(level, candidates);
                return;
            }
            for (TensorPart part : selection.parts()) {
                border.count(level, view(part), part.from(), part.to());
            }
        }

        private float[] view(TensorPart part) {
            return requireNonNull(values).view(part.block());
        }

        private long ties() {
            return candidates == null ? tiesOfBlocks() : candidates.countOf(border.smallest());
        }

        private long tiesOfBlocks() {
            long ties = 0;
            for (TensorPart part : selection.parts()) {
                float[] block = view(part);
                for (int i = part.from(); i < part.to(); i++) {
                    ties += BorderSearch.bits(block[i]) == border.smallest() ? 1 : 0;
                }
            }
            return ties;
        }
    }
}
