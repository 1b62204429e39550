package io.trimtab.job.spark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.files.HadoopSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Delta and Iceberg as their own jars write them: mvn -Ptables -pl spark-job -am test. */
@Tag("tables")
class LakeTablesTest {
    private static final String ROWS =
            " AS SELECT concat('p', id) AS prompt, concat('c', id) AS chosen, 'r' AS rejected" + " FROM range(4)";

    @TempDir
    static Path folder;

    private static SparkSession session;

    @BeforeAll
    static void startSpark() {
        SparkConf conf = new SparkConf()
                .setMaster("local[2]")
                .setAppName("tables")
                .set("spark.ui.enabled", "false")
                .set("spark.sql.shuffle.partitions", "2")
                .set("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
                .set("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
                .set("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
                .set("spark.sql.catalog.lake.type", "hadoop")
                .set("spark.sql.catalog.lake.warehouse", folder.resolve("lake").toString());
        TableFormat.configure(conf, List.of(delta("/t", Map.of()), iceberg("/t")));
        session = SparkSession.builder().config(conf).getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        session.stop();
    }

    @Test
    void deltaIsReadAsItIsNowOrAsItWas() {
        String path = folder.resolve("delta").toString();
        session.sql("CREATE TABLE delta.`" + path + "` USING delta" + ROWS);
        String before = identity(delta(path, Map.of()));
        assertThat(prompts(delta(path, Map.of()))).containsExactlyInAnyOrder("p0", "p1", "p2", "p3");

        session.sql("DELETE FROM delta.`" + path + "` WHERE prompt = 'p2'");
        assertThat(prompts(delta(path, Map.of()))).containsExactlyInAnyOrder("p0", "p1", "p3");
        assertThat(identity(delta(path, Map.of()))).isNotEqualTo(before);
        assertThat(prompts(delta(path, Map.of("versionAsOf", "0")))).hasSize(4);
        assertThat(identity(delta(path, Map.of("versionAsOf", "0")))).isEqualTo(before);
    }

    @Test
    void deletionVectorsOfDeltaAreRowsThatAreGone() {
        String path = folder.resolve("vectors").toString();
        session.sql("CREATE TABLE delta.`" + path
                + "` USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')" + ROWS);
        String before = identity(delta(path, Map.of()));
        session.sql("DELETE FROM delta.`" + path + "` WHERE prompt = 'p1'");
        assertThat(prompts(delta(path, Map.of()))).containsExactlyInAnyOrder("p0", "p2", "p3");
        assertThat(identity(delta(path, Map.of()))).isNotEqualTo(before);
    }

    /** The rows are what counts: a table that is only stored otherwise is the same. */
    @Test
    void rewritingTheFilesOfADeltaTableChangesNothing() {
        String path = folder.resolve("compacted").toString();
        session.sql("CREATE TABLE delta.`" + path + "` USING delta" + ROWS);
        session.sql("INSERT INTO delta.`" + path + "` VALUES ('p9', 'c9', 'r')");
        String before = identity(delta(path, Map.of()));
        session.sql("OPTIMIZE delta.`" + path + "`");
        assertThat(identity(delta(path, Map.of()))).isEqualTo(before);
    }

    @Test
    void deltaIsReadThroughTheCatalogToo() {
        session.sql("CREATE TABLE pairs USING delta" + ROWS);
        session.sql("INSERT OVERWRITE pairs VALUES ('new', 'c', 'r')");
        assertThat(prompts(named(DataFormat.DELTA, "pairs", Map.of()))).containsExactly("new");
        assertThat(prompts(named(DataFormat.TABLE, "pairs", Map.of()))).containsExactly("new");
        assertThat(prompts(named(DataFormat.DELTA, "pairs", Map.of("versionAsOf", "0"))))
                .hasSize(4);
    }

    @Test
    void icebergIsReadAsItIsNowOrAsItWas() {
        session.sql("CREATE TABLE lake.db.pairs USING iceberg" + ROWS);
        String first = session.sql("SELECT snapshot_id FROM lake.db.pairs.snapshots")
                .first()
                .get(0)
                .toString();
        DataSource now = named(DataFormat.ICEBERG, "lake.db.pairs", Map.of());
        String before = identity(now);
        session.sql("ALTER TABLE lake.db.pairs CREATE BRANCH audit");
        session.sql("INSERT OVERWRITE lake.db.pairs VALUES ('new', 'c', 'r')");
        assertThat(prompts(now)).containsExactly("new");
        assertThat(identity(now)).isNotEqualTo(before);
        assertThat(prompts(named(DataFormat.TABLE, "lake.db.pairs", Map.of()))).containsExactly("new");

        DataSource then = named(DataFormat.ICEBERG, "lake.db.pairs", Map.of("versionAsOf", first));
        assertThat(prompts(then)).hasSize(4);
        assertThat(identity(then)).isEqualTo(before);
        assertThat(prompts(named(DataFormat.ICEBERG, "lake.db.pairs", Map.of("versionAsOf", "audit"))))
                .hasSize(4);
    }

    @Test
    void icebergIsReadByItsPathToo() {
        session.sql("CREATE TABLE lake.db.paths USING iceberg" + ROWS);
        String path = folder.resolve("lake/db/paths").toString();
        DataSource source = iceberg(path);
        assertThat(prompts(source)).containsExactlyInAnyOrder("p1", "p2", "p3");
    }

    @Test
    void tablesThatAreNotThereAreNamed() {
        String path = folder.resolve("nothing").toString();
        assertThatThrownBy(() -> identity(delta(path, Map.of())))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read " + path + ": ");
        assertThatThrownBy(() -> identity(named(DataFormat.ICEBERG, "lake.db.none", Map.of())))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("TABLE_OR_VIEW_NOT_FOUND");
        assertThatThrownBy(() -> identity(named(DataFormat.ICEBERG, "pond.none", Map.of())))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("pond");
        session.sql("CREATE TABLE delta.`" + folder.resolve("short") + "` USING delta" + ROWS);
        assertThatThrownBy(() -> identity(delta(folder.resolve("short").toString(), Map.of("versionAsOf", "7"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("version");
    }

    private static DataSource delta(String path, Map<String, String> options) {
        return new DataSource(DataFormat.DELTA, path, null, null, options, Map.of());
    }

    private static DataSource iceberg(String path) {
        return new DataSource(
                DataFormat.ICEBERG, path, null, "SELECT * FROM rows WHERE prompt <> 'p0'", Map.of(), Map.of());
    }

    private static DataSource named(DataFormat format, String table, Map<String, String> options) {
        return new DataSource(format, null, table, null, options, Map.of());
    }

    private static String identity(DataSource source) {
        return Table.open(session, new HadoopSettings(new Configuration()), source, "data.train")
                .identity(TrainingStage.DPO);
    }

    private static List<String> prompts(DataSource source) {
        return SeenRow.of(session, source, TrainingStage.DPO).values().stream()
                .map(row -> String.valueOf(row.fields().get("prompt")))
                .toList();
    }
}
