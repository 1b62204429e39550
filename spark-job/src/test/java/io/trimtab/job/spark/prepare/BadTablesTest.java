package io.trimtab.job.spark.prepare;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.Example;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.DataTally;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.job.spark.LocalSpark;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.source.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged tables through Spark in local[2]: every one ends as counted rejections or as one refusal that names what cannot be read. */
class BadTablesTest {
    private static final int ROWS = 300;

    @TempDir
    static Path folder;

    private static SparkSession session;
    private static WorldFolder world;
    private static byte[] parquet = {};
    private static Map<Long, Example> sound = Map.of();

    @BeforeAll
    static void writeGoodTables() throws IOException {
        world = WorldFolder.write(folder.resolve("world"), 9);
        session = LocalSpark.start();
        parquet = Files.readAllBytes(written(pairs(), "good"));
        sound = examples(
                new DataSource(DataFormat.PARQUET, folder.resolve("good").toString(), Map.of()));
        assertThat(sound).hasSize(ROWS);
    }

    @AfterAll
    static void stopSpark() {
        session.stop();
    }

    @ParameterizedTest
    @EnumSource(TrainingStage.class)
    void damagedLinesAreCountedOneByOne(TrainingStage stage) throws IOException {
        List<String> good = Files.readAllLines(
                switch (stage) {
                    case PRETRAIN -> world.pretrain();
                    case SFT -> world.sft();
                    case DPO -> world.pairs();
                    case KTO -> world.labelled();
                });
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        int written = 0;
        for (int number = 0; number < 200; number++) {
            byte[] line = damaged(good.get(number), number);
            lines.writeBytes(line);
            lines.write('\n');
            written += new String(line, StandardCharsets.UTF_8).isBlank() ? 0 : 1;
        }
        Path file = Files.write(folder.resolve("damaged-" + stage + ".jsonl"), lines.toByteArray());
        DataReport report = report(new DataSource(DataFormat.JSON, file.toString(), Map.of()), stage);
        assertThat(report.read()).isEqualTo(written);
        assertThat(report.kept() + report.overLength() + report.rejectedRows()).isEqualTo(written);
        assertThat(report.rejected())
                .containsOnly(
                        Map.entry(RejectionReason.NOT_UTF8, 34L),
                        Map.entry(RejectionReason.MALFORMED_JSON, 100L),
                        // A long text has words that the world's tokenizer has no ids for.
                        Map.entry(RejectionReason.TOKENIZER_ERROR, 33L));
        // The line with a carriage return is whole.
        assertThat(report.kept()).isEqualTo(33);
    }

    /** What Spark's edge could get wrong: bytes, lengths and borders of lines. The kinds of wrong rows are tested in data. */
    private static byte[] damaged(String line, int number) {
        Random random = new Random(number);
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        int at = random.nextInt(bytes.length);
        switch (number % 6) {
            case 0 -> bytes = Arrays.copyOf(bytes, at);
            case 1 -> bytes[at] = (byte) 0xE9;
            case 2 -> bytes[at] = 0;
            case 3 -> bytes = (line + "\r").getBytes(StandardCharsets.UTF_8);
            case 4 ->
                bytes = line.replaceFirst(":\\s*\"", ": \"" + "long ".repeat(1 + random.nextInt(5_000)))
                        .getBytes(StandardCharsets.UTF_8);
            default -> bytes = ("\ufeff" + line + line).getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cast(null as string) as chosen, rejected, prompt",
                "5 as chosen, rejected, prompt",
                "cast(1.5 as decimal(10, 2)) as chosen, rejected, prompt",
                "current_timestamp() as chosen, rejected, prompt",
                "cast(chosen as binary) as chosen, rejected, prompt",
                "array(1, 2) as chosen, rejected, prompt",
                "array(array(chosen)) as chosen, rejected, prompt",
                "map('role', 'assistant') as chosen, rejected, prompt",
                "struct(chosen as text) as chosen, rejected, prompt",
                "array(struct('assistant' as role, cast(null as string) as content)) as chosen, rejected, prompt",
                "array(struct(cast(null as string) as role, chosen as content)) as chosen, rejected, prompt",
                "chosen, rejected, 7 as prompt",
                "chosen, rejected, array() as prompt",
                "chosen as Chosen, rejected, prompt",
                "chosen, rejected as `rejected `, prompt",
                "chosen, chosen as rejected, prompt",
                "'' as chosen, rejected, prompt",
                "repeat(chosen, 300) as chosen, rejected, prompt",
                "interval 1 day as chosen, rejected, prompt",
                "true as chosen, rejected, prompt",
            })
    void columnsOfAnotherKindAreRejectedOrRefused(String columns) {
        Path table = folder.resolve("kinds/" + Integer.toHexString(columns.hashCode()));
        pairs().createOrReplaceTempView("pairs");
        written(
                session.sql("select " + columns + " from pairs"),
                folder.relativize(table).toString());
        soundOrRefused(new DataSource(DataFormat.PARQUET, table.toString(), Map.of()), columns);
    }

    @Test
    void damagedParquetIsRefusedAndNeverReadAsOtherRows() throws IOException {
        int refused = 0;
        for (int number = 0; number < 60; number++) {
            Path table = Files.createDirectories(folder.resolve("bytes/" + number));
            Files.write(table.resolve("part.parquet"), damaged(number));
            DataSource source = new DataSource(DataFormat.PARQUET, table.toString(), Map.of());
            refused += soundOrRefused(source, "mutation " + number) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(30);
    }

    @Test
    void aColumnThatTheFirstFileLacksIsNotOverlooked() {
        Path table = folder.resolve("evolved");
        pairs().limit(3).coalesce(1).write().parquet(table.resolve("a").toString());
        pairs().limit(5)
                .withColumn("id", functions.lit("named"))
                .coalesce(1)
                .write()
                .parquet(table.resolve("b").toString());
        List<PlacedOutcome> outcomes =
                outcomes(new DataSource(DataFormat.PARQUET, table.toString(), Map.of()), TrainingStage.DPO);
        assertThat(outcomes).hasSize(8);
        assertThat(outcomes.stream().filter(row -> row.outcome().id().equals("named")))
                .hasSize(5)
                .allMatch(row -> row.place().file().startsWith("b/"));
    }

    @Test
    void filesWhoseTypesDifferAreRefusedAsSuch() {
        Path table = folder.resolve("unlike");
        pairs().limit(3).coalesce(1).write().parquet(table.resolve("a").toString());
        pairs().limit(3)
                .withColumn("prompt", functions.array(functions.col("prompt")))
                .coalesce(1)
                .write()
                .parquet(table.resolve("b").toString());
        DataSource source = new DataSource(DataFormat.PARQUET, table.toString(), Map.of());
        assertThatThrownBy(() -> outcomes(source, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("its files have columns of one name and unlike types");
    }

    @Test
    void whatSparkCannotTakeOfAFileIsTheFilesFault() {
        assertThatThrownBy(() -> SparkFailures.fitting("t.parquet", "data.train", () -> session.sql("select nothing")))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read t.parquet: ")
                .hasMessageEndingWith("; write it with types that Spark SQL has");
    }

    @ParameterizedTest
    @EnumSource(
            value = DataFormat.class,
            names = {"PARQUET", "JSON"})
    void foldersThatPartATableAreColumns(DataFormat format) {
        Path table = folder.resolve("parted-" + format);
        pairs().limit(6)
                .withColumn("prompt", functions.lit("tell A1"))
                .write()
                .partitionBy("prompt")
                .format(format.key())
                .save(table.toString());
        DataSource source = new DataSource(format, table.toString(), Map.of());
        assertThat(report(source, TrainingStage.DPO).kept()).isEqualTo(6);
    }

    @Test
    void aColumnThatHoldsNothingIsNamedAsSuch() {
        Path table = folder.resolve("nothing");
        pairs().limit(3)
                .withColumn("chosen", functions.lit(null).cast("string"))
                .write()
                .parquet(table.toString());
        DataSource source = new DataSource(DataFormat.PARQUET, table.toString(), Map.of());
        assertThatThrownBy(() -> report(source, TrainingStage.DPO).requireTrainable(source, TrainingStage.DPO, 0.1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("it has the columns chosen (null), prompt, rejected, which fit no shape");
    }

    @Test
    void linksThatLeadNowhereOrBackAreRefused() throws IOException {
        Path table = Files.createDirectories(folder.resolve("links"));
        Files.copy(world.pairs(), table.resolve("a.jsonl"));
        Files.createSymbolicLink(table.resolve("b.jsonl"), world.pairs());
        DataSource source = new DataSource(DataFormat.JSON, table.toString(), Map.of());
        assertThat(report(source, TrainingStage.DPO).rejectedRows()).isZero();
        Path back = Files.createSymbolicLink(table.resolve("back"), table);
        assertThatThrownBy(() -> report(source, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("back leads back to a folder that holds it");
        Files.delete(back);
        Files.createSymbolicLink(table.resolve("c.jsonl"), folder.resolve("gone.jsonl"));
        assertThatThrownBy(() -> report(source, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("c.jsonl leads to nothing");
    }

    @Test
    void aPatternDoesNotMeanHiddenFiles() throws IOException {
        Path table = Files.createDirectories(folder.resolve("hidden"));
        String line = Files.readAllLines(world.pairs()).get(0) + "\n";
        Files.writeString(table.resolve("a.jsonl"), line);
        Files.writeString(table.resolve(".b.jsonl"), "no row");
        Files.writeString(table.resolve("_c.jsonl"), "no row");
        DataSource source = new DataSource(DataFormat.JSON, table + "/*.jsonl", Map.of());
        assertThat(report(source, TrainingStage.DPO).read()).isEqualTo(1);
        DataSource asked = new DataSource(DataFormat.JSON, table + "/.b*", Map.of());
        assertThat(report(asked, TrainingStage.DPO).rejectedRows()).isEqualTo(1);
    }

    @Test
    void aQueryOverRowsThatAreAllBadTellsTheirReasons() throws IOException {
        Path file = folder.resolve("all-bad.jsonl");
        Files.writeString(file, "{no\n{row\n");
        DataSource source =
                new DataSource(DataFormat.JSON, file.toString(), null, "SELECT prompt FROM rows", Map.of(), Map.of());
        assertThatThrownBy(() -> outcomes(source, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("2 of its rows are rejected (malformed-json: 2; for example all-bad.jsonl:1, ")
                .hasMessageContaining("no row is left for the query; check data.train.path");
    }

    @Test
    void aCodecThatIsNotThereIsNamed() throws IOException {
        Path file = folder.resolve("rows.jsonl.zst");
        Files.write(file, new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, 0, 0, 0});
        DataSource source = new DataSource(DataFormat.JSON, file.toString(), Map.of());
        assertThatThrownBy(() -> outcomes(source, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("rows.jsonl.zst: this Hadoop cannot decompress it");
    }

    @Test
    void aCodecOfParquetThatIsNotThereIsNamed() throws IOException {
        Path table = Files.createDirectories(folder.resolve("brotli"));
        byte[] bytes = parquet.clone();
        // In the footer: field codec, SNAPPY (1, zigzag), field num_values behind it.
        int columns = 0;
        for (int at = bytes.length - 8 - footerBytes(bytes); at + 2 < bytes.length; at++) {
            if (bytes[at] == 0x15 && bytes[at + 1] == 2 && bytes[at + 2] == 0x16) {
                bytes[at + 1] = 8; // BROTLI
                columns++;
            }
        }
        assertThat(columns).isEqualTo(3);
        Files.write(table.resolve("part.parquet"), bytes);
        DataSource source = new DataSource(DataFormat.PARQUET, table.toString(), Map.of());
        assertThatThrownBy(() -> outcomes(source, TrainingStage.DPO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "part.parquet: it is compressed with brotli, and Spark has no codec for that here");
    }

    private static int footerBytes(byte[] parquet) {
        return ByteBuffer.wrap(parquet).order(ByteOrder.LITTLE_ENDIAN).getInt(parquet.length - 8);
    }

    private static byte[] damaged(int number) {
        Random random = new Random(number);
        byte[] bytes = parquet.clone();
        int at = random.nextInt(bytes.length);
        switch (number % 6) {
            case 0 -> bytes = Arrays.copyOf(bytes, at);
            case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 64), (byte) 0);
            case 3 -> bytes = Arrays.copyOfRange(bytes, at, bytes.length);
            case 4 -> bytes[bytes.length - 1 - random.nextInt(64)] ^= 0x55;
            default -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(50));
        }
        return bytes;
    }

    /** Whether the table could be read; its kept rows are then those of the good table, at their places. */
    private static boolean soundOrRefused(DataSource source, String what) {
        Map<Long, Example> found;
        try {
            report(source, TrainingStage.DPO);
            found = examples(source);
        } catch (DataException e) {
            assertThat(e.getMessage()).as(what).startsWith("Cannot read ").hasSizeLessThan(600);
            return false;
        }
        found.forEach((place, example) -> {
            Example expected = requireNonNull(sound.get(place), () -> "kept a row that is none: " + place);
            assertThat(example.prompt()).as("%s, row %d", what, place).isEqualTo(expected.prompt());
            assertThat(example.completions()).as("%s, row %d", what, place).isEqualTo(expected.completions());
        });
        return true;
    }

    private static Dataset<Row> pairs() {
        return session.read()
                .json(world.pairs().toString())
                .select("prompt", "chosen", "rejected")
                .limit(ROWS);
    }

    private static Path written(Dataset<Row> table, String name) {
        Path target = folder.resolve(name);
        table.coalesce(1).write().mode(SaveMode.Overwrite).parquet(target.toString());
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Long, Example> examples(DataSource source) {
        return outcomes(source, TrainingStage.DPO).stream()
                .filter(PlacedOutcome::isKept)
                .collect(Collectors.toMap(row -> row.place().position(), PlacedOutcome::example));
    }

    private static DataReport report(DataSource source, TrainingStage stage) {
        DataTally tally = new DataTally();
        outcomes(source, stage).forEach(row -> row.addTo(tally));
        return tally.report();
    }

    private static List<PlacedOutcome> outcomes(DataSource source, TrainingStage stage) {
        HadoopSettings hadoop = new HadoopSettings(new Configuration());
        PreparationRequest request = new PreparationRequest(
                source,
                "data.train",
                stage,
                new TextSettings(64, OverLength.DROP, false, null),
                String.valueOf(world.modelConfig().getParent()),
                11);
        return SparkFailures.explained(
                source.name(),
                () -> RowPreparation.outcomes(
                                request,
                                Table.open(session, hadoop, source, "data.train"),
                                new LocalFolders.Settings(hadoop, null),
                                64)
                        .collect());
    }
}
