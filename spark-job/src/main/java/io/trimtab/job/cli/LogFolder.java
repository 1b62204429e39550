package io.trimtab.job.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where Spark's chatter goes: {@code logs/} of the run directory if that is a local one, else where the launcher says. */
record LogFolder(Optional<Path> folder) {
    private static final String PROPERTY = "trimtab.log.dir";
    private static final String LOCAL = "file:";

    static LogFolder of(String runDirectory) {
        boolean local = runDirectory.startsWith(LOCAL) || !runDirectory.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
        if (!local) {
            return new LogFolder(Optional.empty());
        }
        String path = runDirectory.startsWith(LOCAL)
                ? runDirectory.substring(LOCAL.length()).replaceFirst("^/+", "/")
                : runDirectory;
        Path folder = Path.of(path).toAbsolutePath().normalize().resolve("logs");
        return new LogFolder(Optional.of(folder).filter(LogFolder::canBeMade));
    }

    /** Before any class of Spark or Hadoop is touched: the first that logs fixes the place. */
    void use() {
        folder.ifPresent(path -> System.setProperty(PROPERTY, path.toString()));
    }

    /** A path without a scheme may mean the cluster's file system and have no place here. */
    private static boolean canBeMade(Path folder) {
        @Nullable Path existing = folder;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
    }
}
