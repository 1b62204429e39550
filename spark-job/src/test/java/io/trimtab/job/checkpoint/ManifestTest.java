package io.trimtab.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    @TempDir
    private java.nio.file.Path folder;

    private Path path;
    private Storage storage;

    @BeforeEach
    void openFolder() {
        path = new Path(folder.toUri());
        storage = Storage.of(path, new Configuration(false));
    }

    @Test
    void listsFilesAndLeavesOutHiddenOnesAndMarkers() throws IOException {
        Files.writeString(folder.resolve("part-0"), "abc");
        Files.writeString(folder.resolve("_SUCCESS"), "");
        Files.writeString(folder.resolve(".part-0.crc"), "xx");

        Manifest.ofFolder(storage, path, Map.of("rows", "3")).write(storage, path);

        assertThat(Manifest.read(storage, path))
                .contains(new Manifest(Map.of("rows", "3"), List.of(new Manifest.File("part-0", 3))));
    }

    @Test
    void folderWithoutManifestIsNotThere() {
        assertThat(Manifest.read(storage, path)).isEmpty();
    }

    @Test
    void folderThatLostAFileIsNotThere() throws IOException {
        Files.createDirectory(folder.resolve("deep"));
        Files.writeString(folder.resolve("deep/part-0"), "abc");
        new Manifest(Map.of(), List.of(new Manifest.File("deep/part-0", 3))).write(storage, path);
        assertThat(Manifest.read(storage, path)).isPresent();

        Files.delete(folder.resolve("deep/part-0"));

        assertThat(Manifest.read(storage, path)).isEmpty();
    }

    /** Half a manifest would make a damaged folder of one that was never committed. */
    @Test
    void fullDiskLeavesNoPartOfAManifest() {
        assertThatThrownBy(
                        () -> new Manifest(Map.of(), List.of()).write(Storage.of(path, FullDisk.configuration()), path))
                .hasRootCauseMessage("No space left on device");

        assertThat(folder.resolve(Manifest.NAME)).doesNotExist();
        assertThat(Manifest.damage(storage, path)).isEmpty();
    }

    @Test
    void secondManifestOfAFolderIsAnError() {
        Manifest manifest = new Manifest(Map.of(), List.of());
        manifest.write(storage, path);

        assertThatThrownBy(() -> manifest.write(storage, path)).hasRootCauseMessage("it is there already");
    }

    @Test
    void filesOutsideTheFolderCannotBeNamed() {
        for (String name : List.of("../x", "a/../../x", "/etc/passwd", "")) {
            assertThatThrownBy(() -> new Manifest.File(name, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
