package io.trimtab.job.spark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.LocalSpark;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CSV through Spark in local[2]: files, places and what Spark itself writes. How cells are read is tested in data. */
class CsvTableTest {
    private static final String HEADER = "prompt,chosen,rejected\n";

    @TempDir
    static Path folder;

    private static SparkSession session;

    @BeforeAll
    static void startSpark() {
        session = LocalSpark.start();
    }

    @AfterAll
    static void stopSpark() {
        session.stop();
    }

    @Test
    void filesOfAFolderAreReadWithTheirOwnHeadersAndNamedByTheirLines() throws IOException {
        Path table = Files.createDirectories(folder.resolve("many"));
        Files.writeString(table.resolve("a.csv"), HEADER + "p1,\"c\n1\",r1\np2,c2,r2\n");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(table.resolve("b.csv.gz")))) {
            out.write("rejected,id,prompt,chosen\nr3,third,p3,c3\n".getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(table.resolve("_SUCCESS"), "no data");
        Map<String, SeenRow> rows = rows(source(table));
        assertThat(rows).containsOnlyKeys("a.csv:2", "a.csv:4", "b.csv.gz:2");
        assertThat(SeenRow.at(rows, "a.csv:2").fields())
                .isEqualTo(Map.of("prompt", "p1", "chosen", "c\n1", "rejected", "r1"));
        assertThat(SeenRow.at(rows, "b.csv.gz:2").fields())
                .containsEntry("prompt", "p3")
                .containsEntry("rejected", "r3");
        assertThat(SeenRow.at(rows, "b.csv.gz:2").id()).isEqualTo("third");
    }

    @Test
    void aMissingColumnIsToldBeforeAnyJobWithThoseThatAreThere() throws IOException {
        Path file = Files.writeString(folder.resolve("semicolons.csv"), HEADER.replace(',', ';') + "p;c;r\n");
        assertThatThrownBy(() -> rows(source(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("it has the columns prompt;chosen;rejected, which fit no shape of stage dpo");
        assertThat(rows(new DataSource(
                        DataFormat.CSV, file.toString(), null, null, Map.of("delimiter", ";"), Map.of())))
                .containsOnlyKeys("semicolons.csv:2");
    }

    @Test
    void foldersThatPartATableAreColumns() throws IOException {
        Path table = folder.resolve("parted");
        for (String part : List.of("label=1/by=A%2FB", "label=0/by=__HIVE_DEFAULT_PARTITION__")) {
            Files.writeString(
                    Files.createDirectories(table.resolve(part)).resolve("part-0.csv"), "prompt,completion\np,c\n");
        }
        Map<String, SeenRow> rows = SeenRow.of(session, source(table), TrainingStage.KTO);
        assertThat(SeenRow.at(rows, "label=1/by=A%2FB/part-0.csv:2").fields())
                .containsEntry("label", "1")
                .containsEntry("by", "A/B")
                .containsEntry("prompt", "p");
        assertThat(SeenRow.at(rows, "label=0/by=__HIVE_DEFAULT_PARTITION__/part-0.csv:2")
                        .fields())
                .containsEntry("label", "0")
                .containsEntry("by", null);
    }

    @Test
    void badRowsStandBetweenGoodOnes() throws IOException {
        Path file = Files.write(
                folder.resolve("bad.csv"),
                (HEADER + "p,c\n\"p\"x,c,r\np,\u00e9,r\np,c,r\n").getBytes(StandardCharsets.ISO_8859_1));
        Map<String, SeenRow> rows = rows(source(file));
        assertThat(SeenRow.at(rows, "bad.csv:2").reason()).isEqualTo(RejectionReason.FIELD_COUNT);
        assertThat(SeenRow.at(rows, "bad.csv:3").reason()).isEqualTo(RejectionReason.MALFORMED_CSV);
        assertThat(SeenRow.at(rows, "bad.csv:4").reason()).isEqualTo(RejectionReason.NOT_UTF8);
        assertThat(SeenRow.at(rows, "bad.csv:5").reason()).isNull();
    }

    @Test
    void whatSparkWritesIsReadBackByteForByte() {
        List<String> texts = List.of(
                "plain",
                "a, \"b\"",
                "\\",
                "a\\",
                "\\\"",
                "\"",
                "a\\\\b, c",
                "two\nlines\r\n",
                " blanks ",
                "\u6f22\ud83d\ude00",
                "'");
        List<Row> written =
                texts.stream().map(text -> RowFactory.create(text, "c", "r")).toList();
        Dataset<Row> table = session.createDataFrame(
                written,
                new StructType()
                        .add("prompt", DataTypes.StringType)
                        .add("chosen", DataTypes.StringType)
                        .add("rejected", DataTypes.StringType));
        Path target = folder.resolve("spark");
        table.coalesce(1)
                .write()
                .option("header", true)
                .option("ignoreLeadingWhiteSpace", false)
                .option("ignoreTrailingWhiteSpace", false)
                .csv(target.toString());
        Map<String, SeenRow> rows =
                rows(new DataSource(DataFormat.CSV, target.toString(), null, null, Map.of("escape", "\\"), Map.of()));
        assertThat(rows.keySet().stream()
                        .map(place -> SeenRow.at(rows, place).fields().get("prompt")))
                .containsExactlyInAnyOrderElementsOf(texts);
    }

    private static DataSource source(Path path) {
        return new DataSource(DataFormat.CSV, path.toString(), Map.of());
    }

    private static Map<String, SeenRow> rows(DataSource source) {
        return SeenRow.of(session, source, TrainingStage.DPO);
    }
}
