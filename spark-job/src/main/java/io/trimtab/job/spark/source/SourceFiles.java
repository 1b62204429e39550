package io.trimtab.job.spark.source;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.DataException;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.spark.files.Fingerprint;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The files of a user's table by their names relative to it, in name order. Hidden files and those that start with an underscore are
 * not data.
 */
public final class SourceFiles {
    /** Up to here a table is recognised by its content: a copy or a touched file is the same table. Above, by size and time. */
    private static final long HASHED_BYTES = 256L << 20;

    private final FileSystem fileSystem;
    private final Map<String, FileStatus> files;

    private SourceFiles(FileSystem fileSystem, Map<String, FileStatus> files) {
        this.fileSystem = fileSystem;
        this.files = files;
    }

    /**
     * Lists the files of a table.
     *
     * @param key the configuration key that names the table, for messages
     * @throws DataException if there is nothing to read
     */
    public static SourceFiles find(HadoopSettings hadoop, DataSource source, String key) {
        String named = requireNonNull(source.path(), "path is null");
        Path path = new Path(named);
        try {
            FileSystem fileSystem = hadoop.fileSystem(path);
            Map<String, FileStatus> files = new TreeMap<>();
            FileStatus[] roots = fileSystem.globStatus(path);
            if (roots == null || roots.length == 0) {
                throw new DataException("Cannot read the table: " + named + " does not exist; set " + key
                        + ".path to a file or folder");
            }
            for (FileStatus root : roots) {
                collect(fileSystem, root, roots.length > 1, files);
            }
            files.values().removeIf(status -> status.getLen() == 0);
            if (files.isEmpty()) {
                throw new DataException("Cannot read the table: " + named + " is empty; set " + key
                        + ".path to a file or folder with rows");
            }
            return new SourceFiles(fileSystem, files);
        } catch (IOException e) {
            throw new ClusterException("Cannot list the table " + named + ": " + e.getMessage(), e);
        }
    }

    /** Whether the path leads to anything at all. */
    public static boolean exist(HadoopSettings hadoop, DataSource source) {
        Path path = new Path(requireNonNull(source.path(), "path is null"));
        try {
            FileStatus[] roots = hadoop.fileSystem(path).globStatus(path);
            return roots != null && roots.length > 0;
        } catch (IOException e) {
            throw new ClusterException("Cannot look for the table " + path + ": " + e.getMessage(), e);
        }
    }

    private static void collect(
            FileSystem fileSystem, FileStatus root, boolean oneOfMany, Map<String, FileStatus> files)
            throws IOException {
        String rootName = root.getPath().getName();
        if (root.isFile()) {
            files.put(rootName, root);
            return;
        }
        String prefix = fileSystem.makeQualified(root.getPath()).toUri().getPath() + "/";
        Deque<FileStatus> folders = new ArrayDeque<>(List.of(root));
        while (!folders.isEmpty()) {
            // Not listFiles, which on a local disk starts a process per file to ask for its permissions.
            RemoteIterator<FileStatus> inside =
                    fileSystem.listStatusIterator(folders.pop().getPath());
            while (inside.hasNext()) {
                FileStatus status = inside.next();
                String relative = status.getPath().toUri().getPath().substring(prefix.length());
                if (isData(relative) && status.isDirectory()) {
                    folders.push(status);
                } else if (isData(relative)) {
                    files.put(oneOfMany ? rootName + "/" + relative : relative, status);
                }
            }
        }
    }

    private static boolean isData(String relative) {
        return !relative.startsWith(".")
                && !relative.startsWith("_")
                && !relative.contains("/.")
                && !relative.contains("/_");
    }

    List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        files.values().forEach(status -> paths.add(status.getPath()));
        return paths;
    }

    /** From a file's path, without scheme, to its name in row ids. */
    Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        files.forEach((name, status) -> names.put(status.getPath().toUri().getPath(), name));
        return names;
    }

    long bytes() {
        return files.values().stream().mapToLong(FileStatus::getLen).sum();
    }

    /** What the file says, decompressed by its name's ending. */
    static InputStream open(Configuration hadoop, Path path) throws IOException {
        CompressionCodec codec = new CompressionCodecFactory(hadoop).getCodec(path);
        InputStream raw = path.getFileSystem(hadoop).open(path);
        return codec == null ? raw : codec.createInputStream(raw);
    }

    /** The same inside a task, at whose end it is closed. */
    static InputStream openInTask(Configuration hadoop, Path path) throws IOException {
        InputStream in = open(hadoop, path);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> close(in));
        return in;
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One line per file, for the table's fingerprint. */
    public String identity() {
        boolean hash = bytes() <= HASHED_BYTES;
        StringBuilder identity = new StringBuilder();
        files.forEach((name, status) -> identity.append(name)
                .append(' ')
                .append(status.getLen())
                .append(' ')
                .append(hash ? contentHash(status.getPath()) : Long.toString(status.getModificationTime()))
                .append('\n'));
        return identity.toString();
    }

    private String contentHash(Path path) {
        MessageDigest digest = Fingerprint.sha256();
        try (InputStream in = new DigestInputStream(fileSystem.open(path), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new ClusterException("Cannot read " + path + ": " + e.getMessage(), e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
