package io.trimtab.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFilesTest {
    @TempDir
    private Path folder;

    @Test
    void aNewFileComesBehindTheOthersWhateverTheClockSays() throws IOException {
        open(1_700_000_000, "a-1").close();
        open(1_700_000_000, "a-2").close();
        open(1_600_000_000, "b-1").close();

        try (var files = Files.list(folder.resolve("tensorboard"))) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .containsExactly(
                            "events.out.tfevents.1700000000.a-1",
                            "events.out.tfevents.1700000001.a-2",
                            "events.out.tfevents.1700000002.b-1");
        }
    }

    @Test
    void whatIsFlushedCanBeRead() throws IOException {
        try (OutputStream out = open(1, "a-1")) {
            out.write(new byte[] {1, 2, 3});
            out.flush();

            assertThat(folder.resolve("tensorboard/events.out.tfevents.0000000001.a-1"))
                    .hasBinaryContent(new byte[] {1, 2, 3});
        }
    }

    private OutputStream open(long seconds, String token) {
        var path = new org.apache.hadoop.fs.Path(folder.resolve("tensorboard").toUri());
        return EventFiles.create(Storage.of(path, new Configuration(false)), path, seconds, token);
    }
}
