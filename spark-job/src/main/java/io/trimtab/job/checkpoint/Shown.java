package io.trimtab.job.checkpoint;

import org.apache.hadoop.fs.Path;

/** Paths as a person or a script outside Hadoop takes them: local ones without a scheme. */
public final class Shown {
    private Shown() {}

    public static String path(Path path) {
        boolean local = "file".equals(path.toUri().getScheme());
        return local ? path.toUri().getPath() : path.toString();
    }
}
