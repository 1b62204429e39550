package io.trimtab.job.spark.source;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** A source's row brought to the driver, where tests can look at it: either fields or a reason. */
record SeenRow(
        String id,
        HashMap<String, @Nullable Object> fields,
        @Nullable RejectionReason reason) implements Serializable {

    /** All rows by their places. */
    static Map<String, SeenRow> of(SparkSession session, DataSource source, TrainingStage stage) {
        HadoopSettings hadoop = new HadoopSettings(new Configuration());
        Map<String, SeenRow> rows = new TreeMap<>();
        SparkFailures.explained(
                        "the table",
                        () -> Table.open(session, hadoop, source, "data.train")
                                .rows(stage)
                                .mapToPair(row -> new scala.Tuple2<>(row.place().toString(), of(row.line())))
                                .collect())
                .forEach(row -> rows.put(row._1(), row._2()));
        return rows;
    }

    static SeenRow at(Map<String, SeenRow> rows, String place) {
        return requireNonNull(rows.get(place), () -> "no row at " + place + ", only " + rows.keySet());
    }

    private static SeenRow of(JsonLine line) {
        if (line instanceof JsonLine.Row row) {
            return new SeenRow(row.row().id(), new HashMap<>(row.row().fields()), null);
        }
        JsonLine.Bad bad = (JsonLine.Bad) line;
        return new SeenRow(
                bad.rejection().id(), new HashMap<>(), bad.rejection().reason());
    }
}
