package io.trimtab.job.spark.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.plan.BatchOrder;
import io.trimtab.job.spark.files.Fingerprint;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.files.TableManifest;
import io.trimtab.job.spark.prepare.PreparedExamples;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.job.spark.score.ReferenceTable;
import io.trimtab.job.train.ReferencedExample;
import io.trimtab.job.train.StepBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens and reference log-probs meet in the shards, row by row, through one sort. */
class ShardingTest {
    private static final HadoopSettings HADOOP = new HadoopSettings(new Configuration());

    @TempDir
    static Path folder;

    private static SparkSession session;

    @BeforeAll
    static void startSpark() {
        session = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        session.stop();
    }

    private static void restartSpark() {
        stopSpark();
        startSpark();
    }

    @Test
    void everyRowComesOncePerEpochWithItsOwnReferenceThroughOneSort() {
        prepared("one-sort", 50);
        references("one-sort", 50);
        restartSpark(); // so that nothing is heard of the jobs that wrote these
        TableFolder tokens = table("one-sort", "prepared");
        TableFolder logProbs = table("one-sort", "reference");
        PreparedTable prepared =
                new PreparedTable(session, tokens, tokens.manifest().orElseThrow());
        ReferenceTable references =
                new ReferenceTable(session, logProbs, logProbs.manifest().orElseThrow());
        AtomicInteger shuffles = new AtomicInteger();
        session.sparkContext().addSparkListener(new SparkListener() {
            @Override
            public void onStageCompleted(SparkListenerStageCompleted stage) {
                boolean writes =
                        stage.stageInfo().taskMetrics().shuffleWriteMetrics().recordsWritten() > 0;
                shuffles.addAndGet(writes ? 1 : 0);
            }
        });
        ShardPlan plan = shard("one-sort", prepared, references, 8, 2);
        restartSpark(); // the listener has heard of everything then

        assertThat(shuffles).hasValue(1);
        assertThat(plan.steps()).isEqualTo(14);
        List<ReferencedExample> epochs = new ArrayList<>();
        batches(plan, 0, 1).forEach(batch -> epochs.addAll(batch.rows()));
        for (List<ReferencedExample> epoch : List.of(epochs.subList(0, 50), epochs.subList(50, 100))) {
            assertThat(epoch)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 50).mapToObj(ShardingTest::row).toList());
        }
    }

    @Test
    void moreRanksThanRowsShareThemAndSomeGetNone() {
        ShardPlan plan = shard("ranks", prepared("ranks", 2), references("ranks", 2), 8, 1);
        List<ReferencedExample> rows = new ArrayList<>();
        for (int rank = 0; rank < 5; rank++) {
            List<StepBatch> batches = batches(plan, rank, 5);
            assertThat(batches).hasSize(1);
            rows.addAll(batches.get(0).rows());
        }
        assertThat(rows).containsExactlyInAnyOrder(row(0), row(1));
    }

    @Test
    void aReferenceTableOfOtherRowsIsAnError() {
        PreparedTable prepared = prepared("other", 9);
        ReferenceTable references = references("other", 8);
        assertThatThrownBy(() -> shard("other", prepared, references, 4, 1))
                .hasStackTraceContaining("The reference table has other rows than the prepared table: step ");
    }

    @Test
    void thePreparedTableKeepsWhatIsTrained() {
        Example turns = new Example(
                "turns",
                new int[] {1, 2},
                List.of(
                        new Completion(new int[] {3, 4, 5, 6}, CompletionRole.CHOSEN, new int[] {0, 1, 2, 4}),
                        new Completion(new int[] {7}, CompletionRole.REJECTED),
                        new Completion(new int[] {8, 9}, CompletionRole.REJECTED, new int[] {1, 2})));
        Example promptless =
                new Example("ü", new int[0], List.of(new Completion(new int[] {7}, CompletionRole.TARGET)));
        assertThat(prepared("spans", List.of(turns, promptless)).examples().collectAsMap())
                .containsOnly(Map.entry(0L, turns), Map.entry(1L, promptless));
    }

    private static ShardPlan shard(
            String name, PreparedTable prepared, ReferenceTable references, int globalBatch, int epochs) {
        return new Sharding(session, HADOOP, tables(name), line -> {})
                .shard(prepared, references, new Sharding.Schedule(globalBatch, epochs, -1, 5, BatchOrder.SHUFFLED));
    }

    private static List<StepBatch> batches(ShardPlan plan, int rank, int ranks) {
        List<StepBatch> found = new ArrayList<>();
        try (ShardBatches batches = new ShardBatches(plan, HADOOP, rank, ranks)) {
            for (Iterator<StepBatch> steps = batches.from(1); steps.hasNext(); ) {
                found.add(steps.next());
            }
        }
        return found;
    }

    /** Rows of very different lengths. */
    private static ReferencedExample row(int number) {
        int[] prompt = IntStream.range(0, number % 7 == 0 ? 900 : number % 5).toArray();
        Example example = new Example(
                "row-" + number,
                prompt,
                List.of(
                        new Completion(new int[] {number, 1}, CompletionRole.CHOSEN),
                        new Completion(new int[] {number}, CompletionRole.REJECTED)));
        return new ReferencedExample(example, new double[] {-number - 0.25, -number / 3.0});
    }

    private static PreparedTable prepared(String name, int rows) {
        return prepared(
                name,
                IntStream.range(0, rows)
                        .mapToObj(ShardingTest::row)
                        .map(ReferencedExample::example)
                        .toList());
    }

    private static PreparedTable prepared(String name, List<Example> rows) {
        return PreparedExamples.write(session, HADOOP, table(name, "prepared"), rows);
    }

    private static ReferenceTable references(String name, int rows) {
        List<Row> written = new ArrayList<>();
        for (int number = rows - 1; number >= 0; number--) {
            written.add(ReferenceTable.toRow(number, row(number).referenceLogProbs()));
        }
        TableFolder table = table(name, "reference");
        return new ReferenceTable(session, table, write(table, written, ReferenceTable.SCHEMA, Map.of()));
    }

    private static TableManifest write(
            TableFolder table, List<Row> rows, StructType schema, Map<String, Object> details) {
        org.apache.hadoop.fs.Path attempt = table.attempt();
        session.createDataFrame(rows, schema)
                .repartition(3)
                .write()
                .parquet(new org.apache.hadoop.fs.Path(attempt, "rows").toString());
        return table.commit(attempt, table.list(attempt, "rows", ".parquet"), details);
    }

    private static TableFolder table(String name, String kind) {
        return new TableFolder(HADOOP, tables(name), kind, new Fingerprint().with("name", name));
    }

    private static String tables(String name) {
        return folder.resolve(name).toString();
    }
}
