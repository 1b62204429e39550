package io.trimtab.job.spark;

import io.trimtab.data.DataReport;
import io.trimtab.data.Example;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** A finished table of examples, numbered from 0 without gaps. Driver only. */
public final class PreparedTable {
    static final String DUPLICATES = "duplicates";
    static final String QUARANTINE = "quarantine";

    private final SparkSession session;
    private final TableFolder folder;
    private final TableManifest manifest;
    private final DataReport report;

    PreparedTable(SparkSession session, TableFolder folder, TableManifest manifest, DataReport report) {
        this.session = session;
        this.folder = folder;
        this.manifest = manifest;
        this.report = report;
    }

    public String fingerprint() {
        return manifest.fingerprint();
    }

    public DataReport report() {
        return report;
    }

    /** Kept rows that repeat another one, prompt and completions alike. */
    public long duplicates() {
        return manifest.number(DUPLICATES);
    }

    /** Folder of the Parquet table (id, reason, detail) of rejected rows. */
    public String quarantine() {
        return String.valueOf(manifest.details().get(QUARANTINE));
    }

    public long rows() {
        return report.kept();
    }

    /** Examples by row number, in no order. */
    JavaPairRDD<Long, Example> examples() {
        return session.read()
                .schema(PreparedRows.SCHEMA)
                .parquet(folder.paths(manifest))
                .toJavaRDD()
                .mapToPair(row -> new Tuple2<>(PreparedRows.number(row), PreparedRows.toExample(row)));
    }

    /** Packed tokens of every row, all that the batch plan needs to know. */
    int[] packedTokens() {
        List<Row> rows = session.read()
                .schema(PreparedRows.SCHEMA)
                .parquet(folder.paths(manifest))
                .select(PreparedRows.ROW, PreparedRows.PACKED_TOKENS)
                .collectAsList();
        int[] tokens = new int[Math.toIntExact(rows())];
        Arrays.fill(tokens, -1);
        for (Row row : rows) {
            tokens[Math.toIntExact(row.getLong(0))] = row.getInt(1);
        }
        if (rows.size() != tokens.length || Arrays.stream(tokens).anyMatch(length -> length < 0)) {
            throw new IllegalStateException("Prepared table " + folder.path() + " has " + rows.size()
                    + " rows where its report says " + tokens.length + ", or numbers them twice");
        }
        return tokens;
    }
}
