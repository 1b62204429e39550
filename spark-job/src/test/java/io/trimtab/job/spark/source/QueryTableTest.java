package io.trimtab.job.spark.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.LocalSpark;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Catalog tables, queries, and queries over files, through Spark in local[2]. */
class QueryTableTest {
    private static final String RATED = "SELECT prompt, answer AS completion, rating >= 4 AS label FROM ";

    @TempDir
    static Path folder;

    private static SparkSession session;

    @BeforeAll
    static void writeTables() {
        session = LocalSpark.builder()
                .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
                .getOrCreate();
        session.sql("CREATE DATABASE lake");
        session.sql("CREATE TABLE lake.ratings (prompt STRING, answer STRING, rating INT) USING parquet");
        session.sql(
                "INSERT INTO lake.ratings VALUES ('p1', 'a1', 5), ('p1', 'a2', 1), ('p2', 'b1', 4), ('p2', 'b2', 2)");
        session.sql("CREATE TABLE lake.pairs (prompt STRING, chosen STRING, rejected STRING) USING parquet");
        session.sql("INSERT INTO lake.pairs VALUES ('p', 'c', 'r')");
    }

    @AfterAll
    static void stopSpark() {
        session.stop();
    }

    @Test
    void ratingsBecomeLabels() {
        assertThat(fields(sql(RATED + "lake.ratings WHERE rating <> 2"), TrainingStage.KTO))
                .containsExactlyInAnyOrder(
                        Map.of("prompt", "p1", "completion", "a1", "label", true),
                        Map.of("prompt", "p1", "completion", "a2", "label", false),
                        Map.of("prompt", "p2", "completion", "b1", "label", true));
    }

    @Test
    void ratingsBecomePairs() {
        String query = "SELECT b.prompt, b.answer AS chosen, w.answer AS rejected FROM lake.ratings b"
                + " JOIN lake.ratings w ON b.prompt = w.prompt AND b.rating > w.rating";
        assertThat(fields(sql(query), TrainingStage.DPO))
                .containsExactlyInAnyOrder(
                        Map.of("prompt", "p1", "chosen", "a1", "rejected", "a2"),
                        Map.of("prompt", "p2", "chosen", "b1", "rejected", "b2"));
    }

    @Test
    void aCatalogTableIsReadAndItsRowsAreNamedByTheirHash() {
        Map<String, SeenRow> rows = SeenRow.of(session, table("lake.pairs", null), TrainingStage.DPO);
        String place = rows.keySet().iterator().next();
        assertThat(place).matches("lake\\.pairs:\\d+");
        assertThat(SeenRow.at(rows, place).fields()).isEqualTo(Map.of("prompt", "p", "chosen", "c", "rejected", "r"));
        assertThat(SeenRow.at(rows, place).id()).isEqualTo(place);
    }

    @Test
    void theSameRowsHaveTheSamePlacesHoweverTheyAreStored() {
        session.sql("SELECT * FROM lake.ratings")
                .repartition(3)
                .write()
                .mode("overwrite")
                .saveAsTable("lake.copy");
        String rated = "SELECT prompt, answer AS completion, rating >= 4 AS label FROM rows";
        assertThat(identity(table("lake.copy", rated))).isEqualTo(identity(table("lake.ratings", rated)));
        session.sql("INSERT INTO lake.copy VALUES ('p1', 'a1', 5)");
        assertThat(identity(table("lake.copy", rated)))
                .as("a row twice is another table")
                .isNotEqualTo(identity(table("lake.ratings", rated)));
    }

    @Test
    void everyChangeOfATableOrOfOneThatIsJoinedChangesTheIdentity() {
        session.sql("CREATE TABLE lake.judged (answer STRING, label BOOLEAN) USING parquet");
        session.sql("INSERT INTO lake.judged VALUES ('a1', true), ('a2', false)");
        DataSource joined =
                sql("SELECT prompt, answer AS completion, label FROM lake.ratings JOIN lake.judged USING (answer)");
        String before = identity(joined);
        assertThat(identity(joined)).isEqualTo(before);
        session.sql("INSERT OVERWRITE lake.judged VALUES ('a1', false), ('a2', true)");
        assertThat(identity(joined)).isNotEqualTo(before);
    }

    @Test
    void aQueryThatGivesOtherRowsEachTimeIsRefused() {
        DataSource random = sql("SELECT uuid() AS prompt, answer AS chosen, answer AS rejected FROM lake.ratings");
        Table table = Table.open(session, new HadoopSettings(new Configuration()), random, "data.train");
        table.identity(TrainingStage.DPO);
        assertThatThrownBy(() -> table.requireUnchanged(
                        TrainingStage.DPO, table.rows(TrainingStage.DPO).map(SourceRow::place)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a query must give the same rows each time");
    }

    @Test
    void rowsOfAFileThatCannotBeParsedAreNoneOfTheQuery() throws IOException {
        Path file = Files.writeString(folder.resolve("torn.csv"), "prompt,answer,rating\np1,a1,5\none cell\n");
        Table table = Table.open(
                session,
                new HadoopSettings(new Configuration()),
                query(DataFormat.CSV, file, RATED + "rows"),
                "data.train");
        table.identity(TrainingStage.KTO);
        JavaRDD<Place> places = table.rows(TrainingStage.KTO).map(SourceRow::place);
        assertThat(places.collect()).hasSize(2);
        table.requireUnchanged(TrainingStage.KTO, places);
    }

    @Test
    void rowsThatStayTheSamePassTheSameCheckHoweverManyExamplesTheyGive() {
        DataSource pairs = table("lake.pairs", null);
        Table table = Table.open(session, new HadoopSettings(new Configuration()), pairs, "data.train");
        table.identity(TrainingStage.DPO);
        table.requireUnchanged(
                TrainingStage.DPO,
                table.rows(TrainingStage.DPO)
                        .flatMap(
                                row -> List.of(row.place(), row.place().part(1)).iterator()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT prompt, anser AS chosen, answer AS rejected FROM lake.ratings | UNRESOLVED_COLUMN | `answer`",
                "SELECT * FROM lake.raitings | TABLE_OR_VIEW_NOT_FOUND | raitings",
                "SELECT prompt FORM lake.ratings WHERE | PARSE_SYNTAX_ERROR | change data.train",
                "SELECT prompt, answer FROM lake.ratings | it has the columns answer, prompt, which fit no shape of stage dpo | Cannot",
                "SELECT prompt, answer AS chosen, answer AS chosen, 'r' AS rejected FROM lake.ratings | AMBIGUOUS_REFERENCE | change data.train",
                "SELECT * FROM rows | TABLE_OR_VIEW_NOT_FOUND | rows",
                "SELECT prompt, answer AS chosen, cast(answer AS INT) AS rejected FROM lake.ratings | CAST_INVALID_INPUT | try_cast",
            })
    void mistakesInAQueryAreTold(String query, String what, String more) {
        assertThatThrownBy(() -> identity(sql(query), TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read the query")
                .hasMessageContaining(what)
                .hasMessageContaining(more)
                .message()
                .doesNotContain("a1");
    }

    @Test
    void aTableThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> identity(table("lake.none", null)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read lake.none: [TABLE_OR_VIEW_NOT_FOUND]");
    }

    @Test
    void formatsWithoutTheirJarNameIt() {
        assertThatThrownBy(() -> identity(new DataSource(DataFormat.DELTA, "/lake/t", null, null, Map.of(), Map.of())))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("/lake/t: the jar for format = delta is not on the class path")
                .hasMessageContaining("io.delta:delta-spark_");
        assertThatThrownBy(() -> identity(new DataSource(DataFormat.ICEBERG, null, "t", null, Map.of(), Map.of())))
                .hasMessageContaining("org.apache.iceberg:iceberg-spark-runtime-");
    }

    @Test
    void aQueryOverCsvSeesTextAndBadRowsAreStillCounted() throws IOException {
        Path file = Files.writeString(folder.resolve("rated.csv"), """
                prompt,answer,rating
                p1,a1,5
                p2,a2,
                p3,"[{""role"": ""assistant"", ""content"": ""a3""}]",1
                p4,a4
                """);
        Map<String, SeenRow> rows = SeenRow.of(
                session,
                query(DataFormat.CSV, file, "SELECT _row AS id, " + RATED.substring(7) + "rows WHERE rating <> ''"),
                TrainingStage.KTO);
        assertThat(byId(rows)).containsOnlyKeys("rated.csv:2", "rated.csv:4", "rated.csv:5");
        assertThat(SeenRow.at(byId(rows), "rated.csv:2").fields()).containsEntry("label", true);
        assertThat(SeenRow.at(byId(rows), "rated.csv:4").fields())
                .containsEntry("completion", List.of(Map.of("role", "assistant", "content", "a3")));
        assertThat(SeenRow.at(byId(rows), "rated.csv:5").reason()).isEqualTo(RejectionReason.FIELD_COUNT);
    }

    @Test
    void aQueryOverJsonMendsNothing() throws IOException {
        Path file = Files.write(folder.resolve("rated.jsonl"), """
                {"prompt": "p1", "answer": [{"role": "assistant", "content": "a1", "name": null}], "rating": 5}
                {"prompt": "p2", "answer": [{"role": "assistant", "content": "a2"}], "rating": 3.5, "meta": {}}
                {"prompt": "p3", "answer": "text among lists", "rating": 3}
                {"prompt": "p4", "answer": [], "answer": [], "rating": 3}
                {"prompt": "\\ud83d", "answer": [], "rating": 3}
                {"prompt": "\u00e9", "answer": [], "rating": 3}
                {"prompt": 7, "answer": [], "rating": 3}
                {"prompt": "p8"
                """.getBytes(StandardCharsets.ISO_8859_1));
        Map<String, SeenRow> rows = byId(SeenRow.of(
                session,
                query(DataFormat.JSON, file, "SELECT _row AS id, " + RATED.substring(7) + "rows"),
                TrainingStage.KTO));
        assertThat(SeenRow.at(rows, "rated.jsonl:8").reason()).isEqualTo(RejectionReason.MALFORMED_JSON);
        assertThat(SeenRow.at(rows, "rated.jsonl:7").reason()).isEqualTo(RejectionReason.WRONG_TYPE);
        assertThat(SeenRow.at(rows, "rated.jsonl:6").reason()).isEqualTo(RejectionReason.NOT_UTF8);
        assertThat(SeenRow.at(rows, "rated.jsonl:5").reason()).isEqualTo(RejectionReason.NOT_UTF8);
        assertThat(SeenRow.at(rows, "rated.jsonl:4").reason()).isEqualTo(RejectionReason.DUPLICATE_KEY);
    }

    @Test
    void aQueryOverJsonKeepsListsAndNumbers() throws IOException {
        Path file = Files.writeString(folder.resolve("lists.jsonl"), """
                {"prompt": "p1", "answer": [{"role": "assistant", "content": "a1", "name": null}], "rating": 5}
                {"prompt": "p2", "answer": [{"role": "assistant", "content": "a2"}], "rating": 3.5, "meta": {}}
                """);
        assertThat(fields(query(DataFormat.JSON, file, RATED + "rows"), TrainingStage.KTO))
                .containsExactlyInAnyOrder(
                        Map.of(
                                "prompt",
                                "p1",
                                "completion",
                                List.of(Map.of("role", "assistant", "content", "a1")),
                                "label",
                                true),
                        Map.of(
                                "prompt",
                                "p2",
                                "completion",
                                List.of(Map.of("role", "assistant", "content", "a2")),
                                "label",
                                false));
    }

    @Test
    void aQueryOverParquetFilters() {
        Path file = folder.resolve("parquet");
        session.table("lake.ratings").write().parquet(file.toString());
        assertThat(fields(query(DataFormat.PARQUET, file, RATED + "rows WHERE answer = 'b1'"), TrainingStage.KTO))
                .containsExactly(Map.of("prompt", "p2", "completion", "b1", "label", true));
    }

    @Test
    void bytesOfATableThatAreNotUtf8AreRejected() {
        Map<String, SeenRow> rows = SeenRow.of(
                session,
                sql("SELECT 'p' AS prompt, cast(unhex('ff') AS STRING) AS chosen, 'r' AS rejected"),
                TrainingStage.DPO);
        assertThat(rows.values()).extracting(SeenRow::reason).containsExactly(RejectionReason.NOT_UTF8);
    }

    private static Map<String, SeenRow> byId(Map<String, SeenRow> rows) {
        return rows.values().stream().collect(Collectors.toMap(SeenRow::id, row -> row));
    }

    private static List<Map<String, @Nullable Object>> fields(DataSource source, TrainingStage stage) {
        List<Map<String, @Nullable Object>> fields = new ArrayList<>();
        SeenRow.of(session, source, stage).values().forEach(row -> fields.add(row.fields()));
        return fields;
    }

    private static String identity(DataSource source) {
        return identity(source, source.query() == null ? TrainingStage.DPO : TrainingStage.KTO);
    }

    private static String identity(DataSource source, TrainingStage stage) {
        return Table.open(session, new HadoopSettings(new Configuration()), source, "data.train")
                .identity(stage);
    }

    private static DataSource sql(String query) {
        return new DataSource(DataFormat.SQL, null, null, query, Map.of(), Map.of());
    }

    private static DataSource table(String name, @Nullable String query) {
        return new DataSource(DataFormat.TABLE, null, name, query, Map.of(), Map.of());
    }

    private static DataSource query(DataFormat format, Path path, String query) {
        return new DataSource(format, path.toString(), null, query, Map.of(), Map.of());
    }
}
