package io.trimtab.job.spark.score;

import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.files.TableManifest;
import io.trimtab.job.spark.prepare.PreparedRows;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/** A finished table of log-probs, a column beside the prepared table it was made from. Driver only. */
public final class ReferenceTable {
    public static final StructType SCHEMA = new StructType()
            .add(PreparedRows.ROW, DataTypes.LongType, false)
            .add("log_probs", DataTypes.createArrayType(DataTypes.DoubleType, false), false);

    private final SparkSession session;
    private final TableFolder folder;
    private final TableManifest manifest;

    public ReferenceTable(SparkSession session, TableFolder folder, TableManifest manifest) {
        this.session = session;
        this.folder = folder;
        this.manifest = manifest;
    }

    public String fingerprint() {
        return manifest.fingerprint();
    }

    public static Row toRow(long row, double[] logProbs) {
        return RowFactory.create(row, logProbs);
    }

    /** One log-prob per completion, by row number. */
    public JavaPairRDD<Long, double[]> logProbs() {
        return session.read()
                .schema(SCHEMA)
                .parquet(folder.paths(manifest))
                .toJavaRDD()
                .mapToPair(row -> new Tuple2<>(row.getLong(0), doubles(row.getList(1))));
    }

    private static double[] doubles(List<Double> values) {
        double[] doubles = new double[values.size()];
        int at = 0;
        for (double value : values) {
            doubles[at++] = value;
        }
        return doubles;
    }
}
