package io.trimtab.job.spark.prepare;

import io.trimtab.data.Example;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.rows.RowOrigin;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.source.Place;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Prepared tables of examples that no user's table was read for. */
public final class PreparedExamples {
    private PreparedExamples() {}

    /** As the prepare job writes them, in three parts. */
    public static PreparedTable write(
            SparkSession session, HadoopSettings hadoop, TableFolder table, List<Example> rows) {
        List<PlacedOutcome> outcomes = new ArrayList<>();
        for (Example example : rows) {
            Place place = new Place("rows.jsonl", outcomes.size() + 1);
            outcomes.add(new PlacedOutcome(
                    place, new RowOutcome.Kept(example, EnumSet.noneOf(RowNote.class), 0), RowOrigin.UNREAD));
        }
        Path attempt = table.attempt();
        OutcomeTables tables = new OutcomeTables(hadoop, attempt);
        WrittenOutcomes written = tables.write(new JavaSparkContext(session.sparkContext()).parallelize(outcomes, 3));
        RowNumbers numbers = new RowNumbers(written.summary().firstRows(3).orElseThrow());
        RepeatedRows repeated = new RepeatedRows(0, 0, 0, 0, 0, 0);
        return new PreparedTable(
                session,
                table,
                table.commit(
                        attempt,
                        written.rows(),
                        PreparedTable.details(written.summary().report(), repeated, tables.quarantine(), numbers)));
    }
}
