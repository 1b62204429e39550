package io.trimtab.job.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The small files of one run directory, wherever it lies. */
public interface RunFiles {

    /** The content of a file named as in the run directory, such as {@code metrics.jsonl}; empty where there is none. */
    Optional<byte[]> read(String name) throws IOException;

    /** A run directory on this machine. */
    static RunFiles in(Path directory) {
        return name -> {
            Path file = directory.resolve(name);
            return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        };
    }
}
