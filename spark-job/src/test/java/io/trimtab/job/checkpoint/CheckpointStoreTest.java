package io.trimtab.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
    /** More than two chunks of a shard, and no multiple of one. */
    private static final int ELEMENTS = 2 * ShardWriter.CHUNK_FLOATS + 12_345;

    private static final List<String> SLOTS = List.of("master", "moment1", "moment2");

    @TempDir
    private java.nio.file.Path folder;

    private Storage storage;
    private CheckpointStore store;

    @BeforeEach
    void openStore() {
        Path directory = new Path(folder.resolve("checkpoints").toUri());
        storage = Storage.of(directory, new Configuration(false));
        store = new CheckpointStore(storage, directory);
    }

    @ParameterizedTest(name = "written by {0} ranks")
    @ValueSource(ints = {1, 2, 3})
    void anyNumberOfRanksReadsWhatAnotherNumberWrote(int writers) throws IOException {
        Checkpoint checkpoint = save(120, "a", ELEMENTS, writers);

        for (int readers : new int[] {1, 2, 5}) {
            for (int rank = 0; rank < readers; rank++) {
                long begin = border(ELEMENTS, rank, readers);
                int length = (int) (border(ELEMENTS, rank + 1, readers) - begin);
                try (CheckpointReader reader = store.open(checkpoint)) {
                    assertThat(reader.slots()).containsExactlyInAnyOrderElementsOf(SLOTS);
                    for (String slot : SLOTS) {
                        float[] read = new float[length + 2];
                        reader.read(slot, begin, read, 1, length);
                        assertHolds(read, slot, begin, length);
                    }
                }
            }
        }
    }

    @Test
    void smallPiecesInOrderReadTheSameAsOneLargePiece() throws IOException {
        Checkpoint checkpoint = save(7, "a", 100_003, 2);

        try (CheckpointReader reader = store.open(checkpoint)) {
            for (int at = 0; at < 100_003; at += 977) {
                int length = Math.min(977, 100_003 - at);
                float[] read = new float[length + 2];
                reader.read("moment2", at, read, 1, length);
                assertHolds(read, "moment2", at, length);
            }
        }
    }

    @Test
    void rankWithoutElementsLeavesAShardThatIsRead() throws IOException {
        Checkpoint checkpoint = save(1, "a", 2, 3);

        float[] read = new float[4];
        try (CheckpointReader reader = store.open(checkpoint)) {
            reader.read("master", 0, read, 1, 2);
        }
        assertHolds(read, "master", 0, 2);
        assertThat(checkpoint.manifest().files()).hasSize(3);
    }

    @Test
    void folderIsNamedByStepAndToken() {
        assertThat(store.folder(120, "5f3a-1").getName()).isEqualTo("step-00000120.5f3a-1");
        assertThat(store.folder(1_234_567_890L, "t").getName()).isEqualTo("step-1234567890.t");
    }

    @Test
    void newestCompleteCheckpointWins() throws IOException {
        save(20, "a", 10, 1);
        save(100, "b", 10, 2);
        save(99, "c", 10, 1);

        assertThat(store.newest().orElseThrow().step()).isEqualTo(100);
        assertThat(store.complete()).extracting(Checkpoint::step).containsExactly(100L, 99L, 20L);
    }

    @Test
    void nothingIsFoundWhereNothingWasSaved() {
        assertThat(store.newest()).isEmpty();
    }

    /** What it took is what result.json and the metrics need. */
    @Test
    void aFullDiskKeepsNoPartOfAShard() {
        CheckpointStore full = new CheckpointStore(
                Storage.of(new Path(folder.toUri()), FullDisk.configuration()), new Path(folder.toUri()));
        Path step = full.folder(3, "a");

        assertThatThrownBy(() -> {
                    try (ShardWriter writer = full.writer(step, 0, 1)) {
                        writer.write("master", 0, new float[8], 0, 8);
                        writer.finish();
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("No space left on device");
        assertThat(folder.resolve("step-00000003.a")).isEmptyDirectory();
    }

    @Test
    void shardsWithoutAManifestAreNoCheckpoint() throws IOException {
        save(20, "a", 10, 1);
        write(store.folder(40, "a"), 10, 2);

        assertThat(store.newest().orElseThrow().step()).isEqualTo(20);
    }

    @Test
    void manifestThatWasCutOffIsNoCheckpoint() throws IOException {
        save(20, "a", 10, 1);
        Checkpoint cut = save(40, "a", 10, 1);
        java.nio.file.Path manifest = local(new Path(cut.folder(), Manifest.NAME));
        truncate(manifest, Files.size(manifest) - 2);

        assertThat(store.newest().orElseThrow().step()).isEqualTo(20);
    }

    @Test
    void shardThatIsShorterThanItsManifestSaysIsNoCheckpoint() throws IOException {
        save(20, "a", 10, 1);
        Checkpoint cut = save(40, "a", 10, 2);
        java.nio.file.Path shard = shard(cut, 1);
        truncate(shard, Files.size(shard) - 1);

        assertThat(store.newest().orElseThrow().step()).isEqualTo(20);
        Files.delete(shard);
        assertThat(store.newest().orElseThrow().step()).isEqualTo(20);
    }

    /** An unfinished save is no damage; a committed folder that lost something is, and says what. */
    @Test
    void whatIsWrongWithACommittedFolderIsNamed() throws IOException {
        save(20, "a", 10, 1);
        write(store.folder(30, "a"), 10, 2);
        assertThat(store.damagedAfter(20)).isEmpty();

        Checkpoint shorter = save(40, "a", 10, 2);
        long bytes = Files.size(shard(shorter, 1));
        truncate(shard(shorter, 1), bytes - 1);
        Checkpoint fewer = save(50, "a", 10, 2);
        Files.delete(shard(fewer, 0));
        Checkpoint cut = save(60, "a", 10, 1);
        java.nio.file.Path manifest = local(new Path(cut.folder(), Manifest.NAME));
        truncate(manifest, Files.size(manifest) - 2);
        Checkpoint other = save(70, "a", 10, 1);
        java.nio.file.Path changed = local(new Path(other.folder(), Manifest.NAME));
        Files.writeString(changed, Files.readString(changed).replace("70", "90"));

        assertThat(store.newest().orElseThrow().step()).isEqualTo(20);
        assertThat(store.damagedAfter(20))
                .extracting(damaged -> damaged.step() + ": " + damaged.what())
                .containsExactly(
                        "70: manifest.json is that of another step",
                        "60: manifest.json is cut off or changed",
                        "50: rank-0-of-2.bin is missing",
                        "40: rank-1-of-2.bin has " + (bytes - 1) + " bytes where " + bytes + " were written");
        assertThat(store.damagedAfter(60)).hasSize(1);
    }

    @Test
    void changedByteIsFoundWhereItIsReadAndOnlyThere() throws IOException {
        Checkpoint checkpoint = save(40, "a", ELEMENTS, 1);
        flip(shard(checkpoint, 0), 17); // in the first chunk of "master"

        try (CheckpointReader reader = store.open(checkpoint)) {
            float[] read = new float[100];
            reader.read("master", ShardWriter.CHUNK_FLOATS, read, 0, 100);
            assertThatThrownBy(() -> reader.read("master", 1000, read, 0, 100))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("rank-0-of-1.bin")
                    .hasMessageContaining("checksum of 'master' differs at byte 0")
                    .hasMessageContaining("delete the folder step-00000040.a");
        }
    }

    /** Whoever finds such a byte leaves word of it, so that nobody takes the folder for whole again. */
    @Test
    void whatWasMarkedDamagedIsPassedOverAndNamed() throws IOException {
        save(20, "a", 10, 1);
        Checkpoint changed = save(40, "a", 10, 2);
        flip(shard(changed, 1), 2);
        assertThat(store.isDamaged(changed)).isFalse();

        try (CheckpointReader reader = store.open(changed)) {
            reader.read("master", 0, new float[10], 0, 10);
        } catch (CheckpointException found) {
            store.markDamaged(changed, found);
            store.markDamaged(changed, found); // by another rank
        }

        assertThat(store.isDamaged(changed)).isTrue();
        assertThat(store.newest().orElseThrow().step()).isEqualTo(20);
        assertThat(store.damagedAfter(20))
                .singleElement()
                .satisfies(damaged -> assertThat(damaged.what())
                        .startsWith("rank-1-of-2.bin: checksum of 'master' differs at byte 0 (delete damaged.txt"));
        Files.delete(local(new Path(changed.folder(), "damaged.txt")));
        assertThat(store.newest().orElseThrow().step()).isEqualTo(40);
    }

    @Test
    void changedIndexIsFoundAtOnce() throws IOException {
        Checkpoint checkpoint = save(40, "a", 10, 1);
        java.nio.file.Path shard = shard(checkpoint, 0);
        flip(shard, Files.size(shard) - Long.BYTES - 3);

        assertThatThrownBy(() -> store.open(checkpoint))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("checksum of its index differs");
    }

    @Test
    void rangeNobodyWroteIsRefused() throws IOException {
        Checkpoint checkpoint = save(40, "a", 10, 2);

        try (CheckpointReader reader = store.open(checkpoint)) {
            assertThatThrownBy(() -> reader.read("master", 8, new float[3], 0, 3))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("Cannot read 'master' at element 10");
            assertThatThrownBy(() -> reader.read("moment3", 0, new float[3], 0, 3))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("Cannot read 'moment3' at element 0");
        }
    }

    @Test
    void onlyTheNewestAreKeptAndLeftoversOfOlderSavesGo() throws IOException {
        save(10, "a", 10, 1);
        save(20, "a", 10, 1);
        write(store.folder(25, "dead"), 10, 1);
        save(30, "a", 10, 1);
        write(store.folder(35, "a"), 10, 1); // may be somebody's save in progress
        Files.createDirectory(folder.resolve("checkpoints/notes"));

        store.retain(2);

        assertThat(storage.list(new Path(folder.resolve("checkpoints").toUri())))
                .extracting(entry -> entry.getPath().getName())
                .containsExactly("notes", "step-00000020.a", "step-00000030.a", "step-00000035.a");
    }

    @Test
    void committingTwiceIsRefused() throws IOException {
        Checkpoint checkpoint = save(10, "a", 10, 1);

        assertThatThrownBy(() -> store.commit(
                        checkpoint.folder(), 10, checkpoint.manifest().files(), Map.of()))
                .hasMessageContaining("Cannot write")
                .hasMessageContaining(Manifest.NAME);
    }

    @Test
    void oneSumBringsEveryShardToEveryRank() {
        Manifest.File first = new Manifest.File(ShardWriter.name(0, 2), (1L << 53) - 1, 0xffff_ffffL);
        Manifest.File second = new Manifest.File(ShardWriter.name(1, 2), 8, 0);
        double[] sum = Shards.toSum(0, 2, first);
        double[] addend = Shards.toSum(1, 2, second);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += addend[i];
        }

        assertThat(Shards.fromSum(sum)).containsExactly(first, second);
    }

    @Test
    void factsComeBack() throws IOException {
        Path path = store.folder(3, "a");
        store.commit(path, 3, write(path, 10, 1), Map.of("parameters", "10"));

        assertThat(store.newest().orElseThrow().manifest().facts())
                .containsEntry("step", "3")
                .containsEntry("parameters", "10");
    }

    private Checkpoint save(long step, String token, int elements, int ranks) throws IOException {
        Path path = store.folder(step, token);
        return store.commit(path, step, write(path, elements, ranks), Map.of());
    }

    private List<Manifest.File> write(Path path, int elements, int ranks) throws IOException {
        List<Manifest.File> shards = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            long begin = border(elements, rank, ranks);
            long end = border(elements, rank + 1, ranks);
            try (ShardWriter writer = store.writer(path, rank, ranks)) {
                for (String slot : SLOTS) {
                    for (long offset = begin; offset < end; offset += 700_001) {
                        int length = (int) Math.min(700_001, end - offset);
                        float[] values = new float[length + 3];
                        for (int i = 0; i < length; i++) {
                            values[3 + i] = value(slot, offset + i);
                        }
                        writer.write(slot, offset, values, 3, length);
                    }
                }
                shards.add(writer.finish());
            }
        }
        return shards;
    }

    private static long border(long elements, int rank, int ranks) {
        return elements * rank / ranks;
    }

    private static float value(String slot, long element) {
        return SLOTS.indexOf(slot) + element * 1e-3f;
    }

    /** The range behind one untouched place, with one more untouched place behind it. */
    private static void assertHolds(float[] read, String slot, long begin, int length) {
        assertThat(read[0]).isZero();
        assertThat(read[length + 1]).isZero();
        for (int i = 0; i < length; i++) {
            if (read[i + 1] != value(slot, begin + i)) {
                assertThat(read[i + 1]).as(slot + " at " + (begin + i)).isEqualTo(value(slot, begin + i));
            }
        }
    }

    private java.nio.file.Path shard(Checkpoint checkpoint, int rank) {
        return local(new Path(
                checkpoint.folder(), checkpoint.manifest().files().get(rank).name()));
    }

    private static java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }

    private static void truncate(java.nio.file.Path file, long bytes) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(bytes);
        }
    }

    private static void flip(java.nio.file.Path file, long position) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(position);
            int old = open.read();
            open.seek(position);
            open.write(old ^ 1);
        }
    }
}
