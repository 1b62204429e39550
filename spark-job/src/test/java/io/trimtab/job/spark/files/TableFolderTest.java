package io.trimtab.job.spark.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.checkpoint.FullDisk;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only a table whose manifest is whole, and whose files are those it lists, is there. */
class TableFolderTest {
    @TempDir
    Path tables;

    private TableFolder folder;

    @BeforeEach
    void open() {
        folder = folder();
    }

    @Test
    void filesWithoutAManifestAreNoTable() throws IOException {
        write(folder.attempt(), "part-0.parquet");
        assertThat(folder.manifest()).isEmpty();
    }

    @Test
    void theFirstWriterMakesTheTableAndTheSecondUsesIt() throws IOException {
        org.apache.hadoop.fs.Path first = folder.attempt();
        org.apache.hadoop.fs.Path second = folder.attempt();
        write(first, "part-0.parquet");
        write(second, "part-0.parquet");
        folder.commit(first, folder.list(first, "rows", ".parquet"), Map.of("rows", 3));
        TableManifest used = folder.commit(second, folder.list(second, "rows", ".parquet"), Map.of("rows", 3));

        assertThat(used.files())
                .singleElement()
                .satisfies(file -> assertThat(file.path()).startsWith(first.getName()));
        assertThat(Path.of(second.toString())).doesNotExist();
        assertThat(folder().manifest()).contains(used);
    }

    @Test
    void aFileThatIsMissingOrCutIsNotReadOver() throws IOException {
        org.apache.hadoop.fs.Path attempt = folder.attempt();
        Path file = write(attempt, "part-0.parquet");
        folder.commit(attempt, folder.list(attempt, "rows", ".parquet"), Map.of());
        Files.writeString(file, "ro");
        assertThatThrownBy(folder::manifest)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("with 4 bytes, found 2; remove " + folder.path());
        Files.delete(file);
        assertThatThrownBy(folder::manifest).hasMessageContaining("with 4 bytes, found none; remove");
    }

    /** Half a manifest would stop every later run, until somebody deletes the table. */
    @Test
    void fullDiskLeavesNoPartOfAManifest() throws IOException {
        TableFolder full = folder(FullDisk.configuration());
        org.apache.hadoop.fs.Path attempt = full.attempt();
        write(attempt, "part-0.parquet");
        assertThatThrownBy(() -> full.commit(attempt, full.list(attempt, "rows", ".parquet"), Map.of()))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("No space left on device");
        assertThat(folder.manifest()).isEmpty();
    }

    /** Before a job begins, whose executors would only know that a folder could not be made; and no retry helps. */
    @Test
    void aPlaceWithoutRoomForFoldersIsRefused() throws IOException {
        Files.writeString(tables.resolve("prepared"), "a file");
        assertThatThrownBy(folder::attempt)
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot make tables in " + folder.path())
                .hasMessageEndingWith("set trimtab.tables-directory to a folder that can be written");
    }

    @Test
    void halfAManifestIsNoManifest() throws IOException {
        org.apache.hadoop.fs.Path attempt = folder.attempt();
        write(attempt, "part-0.parquet");
        folder.commit(attempt, folder.list(attempt, "rows", ".parquet"), Map.of());
        Path manifest = Path.of(folder.path().toString(), "manifest.json");
        String whole = Files.readString(manifest);
        for (int length : new int[] {0, 1, whole.length() / 2, whole.length() - 1}) {
            Files.writeString(manifest, whole.substring(0, length));
            assertThatThrownBy(folder::manifest)
                    .as("%d characters", length)
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("it is incomplete; remove " + folder.path());
        }
    }

    private TableFolder folder() {
        return folder(new Configuration());
    }

    private TableFolder folder(Configuration hadoop) {
        return new TableFolder(
                new HadoopSettings(hadoop),
                tables.toString(),
                "prepared",
                new Fingerprint().with("files", "pairs.jsonl"));
    }

    private static Path write(org.apache.hadoop.fs.Path attempt, String name) throws IOException {
        Path rows = Files.createDirectories(Path.of(attempt.toString(), "rows"));
        return Files.writeString(rows.resolve(name), "rows");
    }
}
