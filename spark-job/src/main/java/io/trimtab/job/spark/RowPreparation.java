package io.trimtab.job.spark;

import io.trimtab.data.ExamplePreparer;
import io.trimtab.data.JsonLine;
import io.trimtab.data.RowOutcome;
import java.util.Iterator;
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
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public PlacedOutcome next() {
                SourceRow row = rows.next();
                return new PlacedOutcome(row.place(), outcome(row.line(), preparer));
            }
        };
    }

    /** A preparer that lives as long as the task. */
    static ExamplePreparer open(PreparationRequest request, LocalFolders.Settings folders, int maxPositions) {
        ExamplePreparer preparer = ExamplePreparer.open(
                folders.open().withoutWeights(request.tokenizerFolder()),
                request.stage(),
                request.source().columns(),
                request.text(),
                maxPositions);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> preparer.close());
        return preparer;
    }

    private static RowOutcome outcome(JsonLine line, ExamplePreparer preparer) {
        if (line instanceof JsonLine.Row row) {
            return preparer.prepare(row.row());
        }
        if (line instanceof JsonLine.Bad bad) {
            return bad.rejection();
        }
        throw new IllegalStateException("A blank line is not a row");
    }
}
