package io.trimtab.job.spark.prepare;

import io.trimtab.data.RowOutcome;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.rows.ExamplePreparer;
import io.trimtab.data.rows.RowOutcomes;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.source.Place;
import io.trimtab.job.spark.source.SourceRow;
import io.trimtab.job.spark.source.Table;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.util.TaskCompletionListener;

/** The part of the prepare job that runs on executors, row by row: a task opens the tokenizer once and streams its rows through it. */
final class RowPreparation {
    private RowPreparation() {}

    /** What becomes of every row of the table; works lazily and keeps no row. */
    static JavaRDD<PlacedOutcome> outcomes(
            PreparationRequest request, Table table, LocalFolders.Settings folders, int maxPositions) {
        return table.rows(request.stage()).mapPartitions(rows -> prepared(rows, request, folders, maxPositions));
    }

    private static Iterator<PlacedOutcome> prepared(
            Iterator<SourceRow> rows, PreparationRequest request, LocalFolders.Settings folders, int maxPositions) {
        ExamplePreparer preparer = open(request, folders, maxPositions);
        return new Flattened<>(
                rows, row -> placed(row.place(), outcomes(row.line(), preparer)).iterator());
    }

    /** A preparer that lives as long as the task. */
    static ExamplePreparer open(PreparationRequest request, LocalFolders.Settings folders, int maxPositions) {
        ExamplePreparer preparer = ExamplePreparer.open(
                folders.open().withoutWeights(request.tokenizerFolder()),
                request.stage(),
                request.source().columns(),
                request.source().rows(),
                request.text(),
                maxPositions);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> preparer.close());
        return preparer;
    }

    private static RowOutcomes outcomes(JsonLine line, ExamplePreparer preparer) {
        if (line instanceof JsonLine.Row row) {
            return preparer.prepare(row.row());
        }
        if (line instanceof JsonLine.Bad bad) {
            return RowOutcomes.unread(bad.rejection());
        }
        throw new IllegalStateException("A blank line is not a row");
    }

    private static List<PlacedOutcome> placed(Place place, RowOutcomes row) {
        List<PlacedOutcome> placed = new ArrayList<>(row.outcomes().size());
        for (RowOutcome outcome : row.outcomes()) {
            int part = placed.size();
            placed.add(new PlacedOutcome(place.part(part), outcome, part == 0 ? row.origin() : null));
        }
        return placed;
    }
}
