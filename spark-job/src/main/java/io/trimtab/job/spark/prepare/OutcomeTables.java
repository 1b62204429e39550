package io.trimtab.job.spark.prepare;

import io.trimtab.data.RowOutcome;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Writes what became of a table's rows: the kept ones, numbered in the table's order, and the rejected ones with their reasons. Driver only. */
final class OutcomeTables {
    private static final long TOKENS_PER_FILE = 8L << 20;
    private static final int MAX_FILES = 10_000;
    private static final long REJECTED_PER_FILE = 1 << 20;
    private static final StructType QUARANTINE = new StructType()
            .add("id", DataTypes.StringType, false)
            .add("reason", DataTypes.StringType, false)
            .add("detail", DataTypes.StringType, false);

    private final SparkSession session;

    OutcomeTables(SparkSession session) {
        this.session = session;
    }

    /** @param rejectedRows how many of the outcomes are rejections; where there are none, no pass looks for them */
    void writeQuarantine(JavaRDD<PlacedOutcome> outcomes, long rejectedRows, Path folder) {
        // A shuffle, so that the search is not left to the task that writes.
        Dataset<Row> quarantine = rejectedRows == 0
                ? session.createDataFrame(List.<Row>of(), QUARANTINE)
                : session.createDataFrame(rejected(outcomes), QUARANTINE)
                        .repartition((int) (1 + rejectedRows / REJECTED_PER_FILE));
        quarantine.write().mode(SaveMode.Overwrite).parquet(folder.toString());
    }

    private static JavaRDD<Row> rejected(JavaRDD<PlacedOutcome> outcomes) {
        return outcomes.filter(row -> row.outcome() instanceof RowOutcome.Rejected)
                .map(row -> (RowOutcome.Rejected) row.outcome())
                .map(row -> RowFactory.create(row.id(), row.reason().key(), row.detail()));
    }

    /**
     * Writes the kept rows. Where the partitions hold them in the table's order already, as they do unless one file is dealt out to several
     * tasks, each is numbered from its first row and written as it is; else one sort comes before.
     */
    void writeRows(JavaRDD<PlacedOutcome> kept, OutcomeSummary summary, Path folder) {
        JavaRDD<Row> rows = summary.firstRows(kept.getNumPartitions())
                .map(first ->
                        kept.mapPartitionsWithIndex((partition, inside) -> numbered(inside, first[partition]), true))
                .orElseGet(() -> sorted(kept, summary.report().usefulTokens()));
        session.createDataFrame(rows, PreparedRows.SCHEMA)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(folder.toString());
    }

    private static Iterator<Row> numbered(Iterator<PlacedOutcome> rows, long first) {
        return new Iterator<>() {
            private long next = first;

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                PlacedOutcome row = rows.next();
                return PreparedRows.toRow(next++, row.place(), row.example());
            }
        };
    }

    private static JavaRDD<Row> sorted(JavaRDD<PlacedOutcome> kept, long tokens) {
        int files = (int) Math.max(1, Math.min(MAX_FILES, tokens / TOKENS_PER_FILE));
        return kept.keyBy(PlacedOutcome::place)
                .sortByKey(true, files)
                .values()
                .zipWithIndex()
                .map(row ->
                        PreparedRows.toRow(row._2(), row._1().place(), row._1().example()));
    }
}
