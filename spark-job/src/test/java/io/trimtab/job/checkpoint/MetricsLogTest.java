package io.trimtab.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    @TempDir
    private Path folder;

    private final Configuration hadoop = new Configuration(false);

    @Test
    void linesAfterTheCheckpointAreRemoved() throws IOException {
        Files.writeString(file(), "{\"step\":1,\"loss\":0.7}\n{\"step\":2}\n{\"step\":3}\n");

        write(2, "{\"step\":3,\"loss\":0.6}\n");

        assertThat(file()).hasContent("{\"step\":1,\"loss\":0.7}\n{\"step\":2}\n{\"step\":3,\"loss\":0.6}\n");
    }

    @Test
    void lineThatWasCutOffIsRemoved() throws IOException {
        Files.writeString(file(), "{\"step\":1}\n{\"step\":2,\"lo");

        write(2, "");

        assertThat(file()).hasContent("{\"step\":1}\n");
    }

    @Test
    void runThatStartsOverStartsAnEmptyFile() throws IOException {
        Files.writeString(file(), "{\"step\":1}\n");

        write(0, "");

        assertThat(file()).isEmptyFile();
    }

    @Test
    void fileIsMadeWhereThereIsNone() throws IOException {
        write(0, "{\"step\":1}\n");

        assertThat(file()).hasContent("{\"step\":1}\n");
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().endsWith(".crc"));
    }

    @Test
    void linesCanBeReadAsSoonAsTheyAreFlushed() throws IOException {
        try (OutputStream out = open(0)) {
            out.write("{\"step\":1}\n".getBytes(StandardCharsets.UTF_8));
            out.flush();

            assertThat(file()).hasContent("{\"step\":1}\n");
        }
    }

    @Test
    void aFileThatAKilledDriverHasOpenIsNotAppendedTo() throws IOException {
        Files.writeString(file(), "{\"step\":1}\n{\"step\":2}\n");
        Leased.inode = Files.readAttributes(file(), BasicFileAttributes.class).fileKey();
        hadoop.setClass("fs.file.impl", Leased.class, FileSystem.class);
        hadoop.setBoolean("fs.file.impl.disable.cache", true);

        write(2, "{\"step\":3}\n");

        assertThat(file()).hasContent("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
    }

    /** As HDFS until the lease of a client that is gone runs out. */
    public static final class Leased extends RawLocalFileSystem {
        private static @Nullable Object inode;

        @Override
        public FSDataOutputStream append(org.apache.hadoop.fs.Path file, int buffer, @Nullable Progressable progress)
                throws IOException {
            Object own = Files.readAttributes(Path.of(file.toUri().getPath()), BasicFileAttributes.class)
                    .fileKey();
            if (own.equals(inode)) {
                throw new IOException("Failed to APPEND_FILE " + file + ": already being created by another client");
            }
            return super.append(file, buffer, progress);
        }
    }

    private void write(long lastStep, String lines) throws IOException {
        try (OutputStream out = open(lastStep)) {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        }
    }

    private OutputStream open(long lastStep) {
        var path = new org.apache.hadoop.fs.Path(file().toUri());
        return MetricsLog.resume(Storage.of(path, hadoop), path, lastStep);
    }

    private Path file() {
        return folder.resolve("metrics.jsonl");
    }
}
