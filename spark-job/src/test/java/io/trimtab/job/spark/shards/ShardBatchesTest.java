package io.trimtab.job.spark.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.ShardRecord;
import io.trimtab.job.train.ReferencedExample;
import io.trimtab.job.train.StepBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardBatchesTest {
    private static final int STEPS = 7;
    private static final int FILES = 3;
    private static final int ROWS_PER_STEP = 4;
    private static final HadoopSettings HADOOP = new HadoopSettings(new Configuration(false));

    @TempDir
    Path folder;

    private ShardPlan plan = new ShardPlan(List.of(), 0, 0, 0);

    @BeforeEach
    void writeShards() throws IOException {
        List<String> files = new ArrayList<>();
        for (int file = 0; file < FILES; file++) {
            Path path = folder.resolve("shard-" + file + ".bin");
            files.add(path.toString());
            try (ShardFileWriter out = writer(path)) {
                for (long step = 1; step <= STEPS; step++) {
                    if (ShardPlan.fileOf(step, FILES, STEPS) == file) {
                        writeStep(out, step);
                    }
                }
            }
        }
        plan = new ShardPlan(files, STEPS, 0, 0);
    }

    @Test
    void everyRowComesOnceWhateverTheNumberOfRanks() {
        for (int ranks : new int[] {1, 2, 3, 6}) {
            List<List<String>> found = new ArrayList<>();
            for (int step = 1; step <= STEPS; step++) {
                found.add(new ArrayList<>());
            }
            for (int rank = 0; rank < ranks; rank++) {
                for (StepBatch batch : batches(1, rank, ranks)) {
                    batch.rows()
                            .forEach(row -> found.get((int) batch.step() - 1)
                                    .add(row.example().id()));
                }
            }
            for (int step = 1; step <= STEPS; step++) {
                assertThat(found.get(step - 1))
                        .as("step %d of %d ranks", step, ranks)
                        .containsExactlyInAnyOrder(id(step, 0), id(step, 1), id(step, 2), id(step, 3));
            }
        }
    }

    @Test
    void aRankWithoutRowsStillGetsEveryStep() {
        assertThat(batches(1, 5, 6))
                .hasSize(STEPS)
                .allSatisfy(batch -> assertThat(batch.rows().size()).isLessThanOrEqualTo(1));
    }

    @Test
    void aResumeSeesWhatAnUndisturbedRunSees() {
        List<StepBatch> all = batches(1, 1, 2);
        for (int first = 1; first <= STEPS; first++) {
            assertThat(batches(first, 1, 2)).isEqualTo(all.subList(first - 1, STEPS));
        }
        assertThat(batches(STEPS + 1, 1, 2)).isEmpty();
    }

    @Test
    void rowsComeBackAsTheyWereWritten() {
        assertThat(batches(3, 0, 1).get(0).rows()).containsExactly(row(3, 0), row(3, 1), row(3, 2), row(3, 3));
    }

    @Test
    void aFileThatIsCutOffIsAnErrorAndNotAnEarlyEnd() throws IOException {
        Path last = folder.resolve("shard-2.bin");
        byte[] bytes = Files.readAllBytes(last);
        Files.write(last, Arrays.copyOf(bytes, bytes.length - 5));
        assertThatThrownBy(() -> batches(1, 0, 1))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("Cannot read the shards");
    }

    private List<StepBatch> batches(long first, int rank, int ranks) {
        List<StepBatch> found = new ArrayList<>();
        try (ShardBatches batches = new ShardBatches(plan, HADOOP, rank, ranks)) {
            for (Iterator<StepBatch> steps = batches.from(first); steps.hasNext(); ) {
                found.add(steps.next());
            }
        }
        return found;
    }

    private ShardFileWriter writer(Path path) throws IOException {
        org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(path.toString());
        return new ShardFileWriter(HADOOP.fileSystem(file), file);
    }

    private static void writeStep(ShardFileWriter out, long step) throws IOException {
        for (int slot = 0; slot < ROWS_PER_STEP; slot++) {
            ReferencedExample row = row(step, slot);
            out.write(step, slot, row.example().packedTokens(), ShardRecord.encode(row));
        }
    }

    private static String id(long step, int slot) {
        return "zeile-é-" + step + ":" + slot;
    }

    /** Ids of one, two and five bytes, an empty prompt in slot 3. */
    private static ReferencedExample row(long step, int slot) {
        int[] prompt = slot == 3 ? new int[0] : new int[] {1, 300 * (slot + 1), Integer.MAX_VALUE};
        Completion chosen = new Completion(new int[] {5, (int) step}, CompletionRole.CHOSEN);
        Completion rejected = new Completion(new int[] {127, 128, 16384}, CompletionRole.REJECTED);
        Example example = new Example(id(step, slot), prompt, List.of(chosen, rejected));
        return slot == 2
                ? ReferencedExample.withoutReference(example)
                : new ReferencedExample(example, new double[] {-1.5 * step, -Math.PI});
    }
}
