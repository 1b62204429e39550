package io.trimtab.job.spark.source;

import io.trimtab.data.DataException;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.package$;
import scala.util.Properties;

/** The table formats whose jar the user brings: how it is seen that it is there, and what is said where it is not. */
public enum TableFormat {
    DELTA(DataFormat.DELTA, "io.delta.sql.DeltaSparkSessionExtension", "io.delta:delta-spark"),
    ICEBERG(DataFormat.ICEBERG, "org.apache.iceberg.spark.SparkCatalog", "org.apache.iceberg:iceberg-spark-runtime");

    private static final String EXTENSIONS = "spark.sql.extensions";
    private static final String SESSION_CATALOG = "spark.sql.catalog.spark_catalog";

    /** Where Iceberg looks for tables that are named by a path. */
    private static final String PATH_CATALOG = "spark.sql.catalog.default_iceberg";

    private final DataFormat format;
    private final String className;
    private final String artifact;

    TableFormat(DataFormat format, String className, String artifact) {
        this.format = format;
        this.className = className;
        this.artifact = artifact;
    }

    private static Optional<TableFormat> of(DataSource source) {
        return Arrays.stream(values())
                .filter(known -> known.format == source.format())
                .findFirst();
    }

    /**
     * Refuses a table whose format nothing on the class path reads.
     *
     * @throws DataException that names the jar
     */
    public static void requireJar(DataSource source) {
        of(source).filter(known -> !known.isThere()).ifPresent(missing -> {
            throw new DataException("Cannot read " + source.name() + ": the jar for format = "
                    + source.format().key()
                    + " is not on the class path; start with bin/trimtab --jars or spark-submit --packages and "
                    + missing.coordinate());
        });
    }

    private boolean isThere() {
        try {
            Class.forName(className, false, Thread.currentThread().getContextClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Without its version: this one fits that Spark. */
    private String coordinate() {
        String spark = package$.MODULE$.SPARK_VERSION().replaceFirst("^(\\d+\\.\\d+).*", "$1");
        String scala = Properties.versionNumberString().replaceFirst("^(\\d+\\.\\d+).*", "$1");
        boolean plain = this == DELTA && spark.startsWith("3.");
        return artifact + (plain ? "" : (this == DELTA ? "_" : "-") + spark) + "_" + scala;
    }

    /** What the formats want of a session, where the user has not said it: nothing is looked for in Hive, which need not be there. */
    public static void configure(SparkConf conf, List<DataSource> sources) {
        for (DataSource source : sources) {
            if (source.format() == DataFormat.DELTA && DELTA.isThere()) {
                String others = conf.get(EXTENSIONS, "");
                if (!others.contains(DELTA.className)) {
                    conf.set(EXTENSIONS, others.isEmpty() ? DELTA.className : others + "," + DELTA.className);
                }
                conf.setIfMissing(SESSION_CATALOG, "org.apache.spark.sql.delta.catalog.DeltaCatalog");
            }
            if (source.format() == DataFormat.ICEBERG && source.path() != null && !conf.contains(PATH_CATALOG)) {
                conf.set(PATH_CATALOG, ICEBERG.className);
                conf.set(PATH_CATALOG + ".type", "hadoop");
                conf.set(PATH_CATALOG + ".warehouse", source.path());
            }
        }
    }
}
