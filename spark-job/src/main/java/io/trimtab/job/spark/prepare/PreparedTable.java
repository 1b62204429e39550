package io.trimtab.job.spark.prepare;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Example;
import io.trimtab.data.report.DataReport;
import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.files.TableManifest;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** A finished table of examples, numbered from 0 without gaps. Driver only. */
public final class PreparedTable {
    private static final String REPORT = "report";
    private static final String REPEATED = "repeated";
    private static final String QUARANTINE = "quarantine";
    private static final String FIRST_ROWS = "first_rows";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SparkSession session;
    private final TableFolder folder;
    private final TableManifest manifest;
    private final DataReport report;
    private final RepeatedRows repeated;
    private final RowNumbers numbers;

    public PreparedTable(SparkSession session, TableFolder folder, TableManifest manifest) {
        this.session = session;
        this.folder = folder;
        this.manifest = manifest;
        this.report = JSON.convertValue(manifest.details().get(REPORT), DataReport.class);
        this.repeated = JSON.convertValue(manifest.details().get(REPEATED), RepeatedRows.class);
        this.numbers = new RowNumbers(JSON.convertValue(manifest.details().get(FIRST_ROWS), long[].class));
    }

    /** What the manifest says beside the files. */
    public static Map<String, Object> details(
            DataReport report, RepeatedRows repeated, Path quarantine, RowNumbers numbers) {
        return Map.of(
                REPORT,
                JSON.convertValue(report, Map.class),
                REPEATED,
                JSON.convertValue(repeated, Map.class),
                QUARANTINE,
                quarantine.toString(),
                FIRST_ROWS,
                numbers.first());
    }

    public String fingerprint() {
        return manifest.fingerprint();
    }

    public DataReport report() {
        return report;
    }

    /** Folder of the Parquet table (id, reason, detail) of rejected rows. */
    public String quarantine() {
        return String.valueOf(manifest.details().get(QUARANTINE));
    }

    public long rows() {
        return report.kept();
    }

    /** Examples by row number, in no order. */
    public JavaPairRDD<Long, Example> examples() {
        RowNumbers numbered = numbers;
        return session.read()
                .schema(PreparedRows.SCHEMA)
                .parquet(folder.paths(manifest, PreparedRows.EXTENSION))
                .toJavaRDD()
                .mapToPair(row ->
                        new Tuple2<>(numbered.number(PreparedRows.partAndRow(row)), PreparedRows.toExample(row)));
    }

    /** Packed tokens of every row, all that the batch plan needs to know. */
    public int[] packedTokens() {
        return lengths().packed();
    }

    /**
     * Lengths of every row; 8 bytes a row come to the driver.
     *
     * @throws IllegalStateException if the rows are not those that the report counts, each with a number of its own
     */
    public RowLengths lengths() {
        return RowLengths.collect(
                new JavaSparkContext(session.sparkContext()),
                RowFactFiles.of(folder.hadoop(), folder, manifest.files()),
                numbers,
                Math.toIntExact(rows()));
    }

    /** What occurs more than once among the rows. */
    public RepeatedRows repeated() {
        return repeated;
    }

    /** The rows of a measured table that this one trains on. */
    public Overlap overlap(PreparedTable measured) {
        return Overlap.of(
                rows(PreparedRows.PROMPT_HASH, PreparedRows.CONTENT_HASH),
                measured.rows(PreparedRows.PROMPT_HASH, PreparedRows.CONTENT_HASH),
                measured.rows());
    }

    private Dataset<Row> rows(String first, String... others) {
        return session.read()
                .schema(PreparedRows.SCHEMA)
                .parquet(folder.paths(manifest, PreparedRows.EXTENSION))
                .select(first, others);
    }
}
