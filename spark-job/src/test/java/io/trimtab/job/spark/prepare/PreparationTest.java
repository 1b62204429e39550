package io.trimtab.job.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.DataException;
import io.trimtab.data.Example;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.job.spark.LocalSpark;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.shards.ShardPlan;
import io.trimtab.job.spark.shards.Sharding;
import io.trimtab.job.spark.source.OpenTables;
import io.trimtab.job.spark.source.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of pairs, in the words of the synthetic world, through Spark in local[2]. */
class PreparationTest {
    private static final String SPLIT_BYTES = "mapreduce.input.fileinputformat.split.maxsize";

    @TempDir
    static Path folder;

    private static SparkSession session;
    private static WorldFolder world;

    @BeforeAll
    static void startSpark() {
        world = WorldFolder.write(folder.resolve("world"), 3);
        session = LocalSpark.start();
    }

    @AfterAll
    static void stopSpark() {
        session.stop();
    }

    @Test
    void rowsAndTheirNumbersDoNotDependOnTheSplits() {
        PreparedTable whole = prepare(json(world.pairs()), tables("whole"), 1L << 30, TrainingStage.DPO);
        PreparedTable split = prepare(json(world.pairs()), tables("split"), 20_000, TrainingStage.DPO);

        assertThat(whole.rows()).isEqualTo(1600);
        assertThat(examples(split)).isEqualTo(examples(whole));
        assertThat(ids(whole).get(0)).isEqualTo("pairs.jsonl:1");
        assertThat(ids(whole).get(1599)).isEqualTo("pairs.jsonl:1600");
        assertThat(shardBytes(split, tables("split"))).isEqualTo(shardBytes(whole, tables("whole")));
    }

    @Test
    void manySmallFilesAreReadByFewTasks() throws IOException {
        List<String> lines = Files.readAllLines(world.pairs());
        Path many = Files.createDirectories(folder.resolve("many"));
        for (int file = 0; file < 200; file++) {
            Files.write(many.resolve(String.format("part-%03d.jsonl", file)), lines.subList(8 * file, 8 * file + 8));
        }
        Table table = Table.open(session, hadoop(1L << 30), json(many), "data.train");
        assertThat(table.rows(TrainingStage.DPO).getNumPartitions()).isLessThanOrEqualTo(3);

        PreparedTable prepared = prepare(json(many), tables("many"), 1L << 30, TrainingStage.DPO);
        assertThat(prepared.rows()).isEqualTo(1600);
        assertThat(ids(prepared).get(1599)).isEqualTo("part-199.jsonl:8");
        assertThat(prepared.repeated())
                .isEqualTo(prepare(json(world.pairs()), tables("one"), 1L << 30, TrainingStage.DPO)
                        .repeated());
    }

    @Test
    void repeatedAndContradictoryRowsAreCounted() throws IOException {
        Path file = folder.resolve("repeated.jsonl");
        Files.write(
                file,
                List.of(
                        "{\"id\": \"a\", \"prompt\": \"tell\", \"chosen\": \" sure\", \"rejected\": \" sorry\"}",
                        "{\"id\": \"b\", \"prompt\": \"tell\", \"chosen\": \" sorry\", \"rejected\": \" sure\"}",
                        "{\"id\": \"c\", \"prompt\": \"tell\", \"chosen\": \" sure\", \"rejected\": \" sorry\"}",
                        "{\"id\": \"c\", \"prompt\": \"the\", \"chosen\": \" sure\", \"rejected\": \" sorry\"}"));
        PreparedTable table = prepare(json(file), tables("repeated"), 1L << 30, TrainingStage.DPO);
        assertThat(table.rows()).isEqualTo(4);
        // One id twice; two rows repeat a prompt, three share it; one row is there twice; one pair also swapped, in
        // three rows.
        assertThat(table.repeated()).isEqualTo(new RepeatedRows(1, 2, 3, 1, 1, 3));

        PreparedTable measured = prepare(json(world.pairs()), tables("repeated"), 1L << 30, TrainingStage.DPO);
        assertThat(table.overlap(measured)).isEqualTo(new Overlap(1600, 0, 0));
        assertThat(measured.overlap(measured)).isEqualTo(new Overlap(1600, 1600, 1600));
        assertThat(table.lengths().longest()).containsOnly(table.report().longest());
    }

    @Test
    void compressedRowsAreTheSameRows() throws IOException {
        Path zipped = folder.resolve("gz/pairs.jsonl.gz");
        Files.createDirectories(folder.resolve("gz"));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(Files.readAllBytes(world.pairs()));
        }
        List<String> ids = ids(prepare(json(zipped), tables("gz"), 1L << 30, TrainingStage.DPO));
        assertThat(ids).hasSize(1600);
        assertThat(ids.get(7)).isEqualTo("pairs.jsonl.gz:8");
    }

    @Test
    void anArrayGivesTheExamplesOfTheSameLines() throws IOException {
        List<String> lines = Files.readAllLines(world.pairs());
        Path both = Files.createDirectories(folder.resolve("arrays"));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(both.resolve("a.json.gz")))) {
            out.write(("[\n" + String.join(",\n", lines.subList(0, 1000)) + "\n]").getBytes(StandardCharsets.UTF_8));
        }
        Files.write(both.resolve("b.jsonl"), lines.subList(1000, 1600));
        PreparedTable table = prepare(json(both), tables("arrays"), 1L << 30, TrainingStage.DPO);
        List<Example> expected =
                List.copyOf(examples(prepare(json(world.pairs()), tables("json"), 1L << 30, TrainingStage.DPO))
                        .values());
        List<Example> found = List.copyOf(examples(table).values());
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).prompt()).isEqualTo(expected.get(i).prompt());
            assertThat(found.get(i).completions()).isEqualTo(expected.get(i).completions());
        }
        assertThat(ids(table).get(999)).isEqualTo("a.json.gz:1000");
        assertThat(ids(table).get(1000)).isEqualTo("b.jsonl:1");
    }

    @Test
    void anArrayThatIsCutOffIsRefusedByName() throws IOException {
        Path cut = folder.resolve("cut.json");
        Files.writeString(cut, "[" + Files.readAllLines(world.pairs()).get(0) + ", {\"prompt\": ");
        assertThatThrownBy(() -> prepare(json(cut), tables("cut"), 1L << 30, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cut.json: its JSON array does not end behind row 1");
    }

    @Test
    void parquetGivesTheExamplesOfTheSameJson() throws IOException {
        Path parquet = folder.resolve("pairs.parquet");
        session.read().json(world.pairs().toString()).coalesce(1).write().parquet(parquet.toString());
        List<Example> fromJson =
                List.copyOf(examples(prepare(json(world.pairs()), tables("json"), 1L << 30, TrainingStage.DPO))
                        .values());
        List<Example> fromParquet = List.copyOf(examples(prepare(
                        new DataSource(DataFormat.PARQUET, parquet.toString(), Map.of()),
                        tables("parquet"),
                        1L << 30,
                        TrainingStage.DPO))
                .values());
        assertThat(fromParquet).hasSameSizeAs(fromJson);
        for (int i = 0; i < fromJson.size(); i++) {
            assertThat(fromParquet.get(i).prompt()).isEqualTo(fromJson.get(i).prompt());
            assertThat(fromParquet.get(i).completions())
                    .isEqualTo(fromJson.get(i).completions());
        }
        assertThat(fromParquet.get(0).id()).endsWith(".parquet:1");
    }

    @Test
    void badRowsAreCountedAndQuarantinedByReason() throws IOException {
        String good = Files.readAllLines(world.pairs()).get(0);
        Path file = folder.resolve("bad.jsonl");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write((good + "\n\n{\"prompt\": \"x\"}\n{not json\n").getBytes(StandardCharsets.UTF_8));
            out.write(new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}', '\n'});
            out.write((good + "\n").getBytes(StandardCharsets.UTF_8));
        }
        PreparedTable table = prepare(json(file), tables("bad"), 1L << 30, TrainingStage.DPO);
        DataReport report = table.report();
        assertThat(report.read()).isEqualTo(5);
        assertThat(report.kept()).isEqualTo(2);
        assertThat(report.rejected())
                .containsOnly(
                        Map.entry(RejectionReason.MISSING_COLUMN, 1L),
                        Map.entry(RejectionReason.MALFORMED_JSON, 1L),
                        Map.entry(RejectionReason.NOT_UTF8, 1L));
        assertThat(table.repeated().duplicates()).isEqualTo(1);
        List<String> quarantined = new ArrayList<>();
        for (Row row : session.read().parquet(table.quarantine()).collectAsList()) {
            quarantined.add(row.getString(0) + " " + row.getString(1));
        }
        assertThat(quarantined)
                .containsExactlyInAnyOrder(
                        "bad.jsonl:3 missing-column", "bad.jsonl:4 malformed-json", "bad.jsonl:5 not-utf8");
    }

    @Test
    void aFileThatIsNoParquetIsRefusedByName() {
        DataSource source = new DataSource(DataFormat.PARQUET, world.pairs().toString(), Map.of());
        assertThatThrownBy(() -> prepare(source, tables("no-parquet"), 1L << 30, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot read " + world.pairs() + ": it is no complete Parquet file")
                .hasMessageContaining("format = json");
    }

    @Test
    void parquetTextThatIsNotUtf8IsRejectedAndNotReplaced() {
        StructType schema = new StructType()
                .add("prompt", DataTypes.BinaryType)
                .add("chosen", DataTypes.StringType)
                .add("rejected", DataTypes.StringType);
        Path parquet = folder.resolve("latin.parquet");
        session.createDataFrame(List.of(RowFactory.create(new byte[] {'a', (byte) 0xFC}, "b", "c")), schema)
                .selectExpr("cast(prompt as string) as prompt", "chosen", "rejected")
                .write()
                .parquet(parquet.toString());
        DataSource source = new DataSource(DataFormat.PARQUET, parquet.toString(), Map.of());
        assertThat(prepare(source, tables("latin"), 1L << 30, TrainingStage.DPO)
                        .report()
                        .rejected())
                .containsOnly(Map.entry(RejectionReason.NOT_UTF8, 1L));
    }

    @Test
    void everyKtoRowGetsTheSameMismatchHoweverTheTableIsSplit() {
        PreparedTable whole = prepare(json(world.labelled()), tables("kto"), 1L << 30, TrainingStage.KTO);
        PreparedTable split = prepare(json(world.labelled()), tables("kto-split"), 20_000, TrainingStage.KTO);
        assertThat(examples(whole).values()).allMatch(row -> row.has(CompletionRole.MISMATCHED));
        assertThat(examples(split)).isEqualTo(examples(whole));
    }

    @Test
    void aFinishedTableIsUsedAgain() {
        PreparedTable first = prepare(json(world.pairs()), tables("again"), 1L << 30, TrainingStage.DPO);
        List<String> said = new ArrayList<>();
        PreparedTable second =
                preparation(tables("again"), 1L << 30, said).prepare(request(json(world.pairs()), TrainingStage.DPO));
        assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(second.report()).isEqualTo(first.report());
        assertThat(said).singleElement().asString().contains("is there already");
    }

    @Test
    void whatIsNotThereIsRefusedByName() throws IOException {
        assertThatThrownBy(
                        () -> prepare(json(folder.resolve("none.jsonl")), tables("none"), 1L << 30, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("none.jsonl does not exist; set data.train.path");
        Path empty = Files.createFile(folder.resolve("empty.jsonl"));
        assertThatThrownBy(() -> prepare(json(empty), tables("empty"), 1L << 30, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is empty");
        Path parquet = folder.resolve("columns.parquet");
        session.range(3).write().parquet(parquet.toString());
        assertThatThrownBy(() -> prepare(
                        new DataSource(DataFormat.PARQUET, parquet.toString(), Map.of()),
                        tables("columns"),
                        1L << 30,
                        TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "it has the columns id, which fit no shape of stage dpo: pair (prompt, chosen, rejected)");
    }

    @Test
    void aCompressedFileThatIsCutOffIsRefused() throws IOException {
        Path cut = folder.resolve("cut.jsonl.gz");
        Path zipped = folder.resolve("uncut.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(Files.readAllBytes(world.pairs()));
        }
        byte[] bytes = Files.readAllBytes(zipped);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> prepare(json(cut), tables("cut"), 1L << 30, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("damaged or cut off");
    }

    private static Map<Long, Example> examples(PreparedTable table) {
        return new TreeMap<>(table.examples().collectAsMap());
    }

    private static List<String> ids(PreparedTable table) {
        return examples(table).values().stream().map(Example::id).toList();
    }

    private static byte[] shardBytes(PreparedTable table, Path tables) {
        ShardPlan plan = new Sharding(session, hadoop(1L << 30), tables.toString(), line -> {})
                .shard(table, null, new Sharding.Schedule(32, 2, -1, 5, BatchOrder.SHUFFLED));
        assertThat(plan.steps()).isEqualTo(100);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String file : plan.files()) {
            try {
                bytes.writeBytes(Files.readAllBytes(Path.of(file)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return bytes.toByteArray();
    }

    private static PreparedTable prepare(DataSource source, Path tables, long splitBytes, TrainingStage stage) {
        return preparation(tables, splitBytes, new ArrayList<>()).prepare(request(source, stage));
    }

    private static Preparation preparation(Path tables, long splitBytes, List<String> said) {
        return new Preparation(session, hadoop(splitBytes), tables.toString(), null, said::add, new OpenTables());
    }

    private static HadoopSettings hadoop(long splitBytes) {
        Configuration configuration = new Configuration();
        configuration.setLong(SPLIT_BYTES, splitBytes);
        return new HadoopSettings(configuration);
    }

    private static PreparationRequest request(DataSource source, TrainingStage stage) {
        TextSettings text = new TextSettings(64, OverLength.DROP, false, null);
        return new PreparationRequest(
                source,
                "data.train",
                stage,
                text,
                String.valueOf(world.modelConfig().getParent()),
                11);
    }

    private static DataSource json(Path file) {
        return new DataSource(DataFormat.JSON, file.toString(), Map.of());
    }

    private static Path tables(String name) {
        return folder.resolve("tables").resolve(name);
    }
}
