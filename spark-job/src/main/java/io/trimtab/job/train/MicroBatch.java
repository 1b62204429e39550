package io.trimtab.job.train;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.batch.MicroBatches;
import io.trimtab.model.batch.PackedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Rows that go through the model together.
 *
 * @param references one log-prob per completion of the packed batch; zeros where the rows have none. The array belongs to the record
 */
record MicroBatch(PackedBatch packed, double[] references) {

    /** The completions that have such a role, with their rows in order, cut where the limit is reached; rows without any are left out. */
    static List<MicroBatch> of(List<ReferencedExample> rows, Predicate<CompletionRole> roles, int maxPackedTokens) {
        List<ReferencedExample> chosen = new ArrayList<>();
        for (ReferencedExample row : rows) {
            row.only(roles).ifPresent(chosen::add);
        }
        List<Example> examples = chosen.stream().map(ReferencedExample::example).toList();
        List<MicroBatch> result = new ArrayList<>();
        int next = 0;
        for (List<Example> group : MicroBatches.split(examples, maxPackedTokens)) {
            result.add(of(chosen.subList(next, next + group.size())));
            next += group.size();
        }
        return result;
    }

    private static MicroBatch of(List<ReferencedExample> rows) {
        PackedBatch packed =
                PackedBatch.of(rows.stream().map(ReferencedExample::example).toList());
        double[] references = new double[packed.sequences()];
        int at = 0;
        for (ReferencedExample row : rows) {
            System.arraycopy(row.referenceLogProbs(), 0, references, at, row.referenceLogProbs().length);
            at += row.example().completions().size();
        }
        return new MicroBatch(packed, references);
    }

    List<Example> examples() {
        return packed.examples();
    }
}
