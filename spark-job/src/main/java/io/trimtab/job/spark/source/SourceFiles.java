package io.trimtab.job.spark.source;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.DataException;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.spark.files.Fingerprint;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.jspecify.annotations.Nullable;

/**
 * The files of a user's table by their names relative to it, in name order. Hidden files and those that start with an underscore are
 * not data.
 */
public final class SourceFiles {
    /** Up to here a table is recognised by its content: a copy or a touched file is the same table. Above, by size and time. */
    private static final long HASHED_BYTES = 256L << 20;

    /** Hadoop's own setting, a limit from above. */
    private static final String LARGEST_SPLIT = "mapreduce.input.fileinputformat.split.maxsize";

    private static final long LEAST_BYTES_OF_A_TASK = 1L << 20;
    private static final long MOST_BYTES_OF_A_TASK = 64L << 20;

    /** Opening a file takes as long as so many bytes of rows. */
    private static final long OPENING_BYTES = 16L << 10;

    private static final int FILES_AT_ONCE = 16;

    private final FileSystem fileSystem;
    private final Map<String, FileStatus> files;
    private final @Nullable Path folder;
    private @Nullable String identity;

    private SourceFiles(FileSystem fileSystem, Map<String, FileStatus> files, @Nullable Path folder) {
        this.fileSystem = fileSystem;
        this.files = files;
        this.folder = folder;
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
            // As in a shell, a pattern means hidden files only where it says so.
            boolean hidden = isHidden(path.getName())
                    || Arrays.stream(roots)
                            .allMatch(root -> root.getPath().getName().equals(path.getName()));
            for (FileStatus root : roots) {
                if (hidden || !isHidden(root.getPath().getName())) {
                    collect(fileSystem, root, roots.length > 1, files);
                }
            }
            files.values().removeIf(status -> status.getLen() == 0);
            if (files.isEmpty()) {
                throw new DataException("Cannot read the table: " + named + " is empty; set " + key
                        + ".path to a file or folder with rows");
            }
            boolean oneFolder = roots.length == 1 && roots[0].isDirectory();
            return new SourceFiles(fileSystem, files, oneFolder ? roots[0].getPath() : null);
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
        boolean local = "file".equals(fileSystem.getUri().getScheme());
        while (!folders.isEmpty()) {
            Path folder = folders.pop().getPath();
            if (local) {
                requireSoundLinks(java.nio.file.Path.of(folder.toUri().getPath()));
            }
            // Not listFiles, which on a local disk starts a process per file to ask for its permissions.
            RemoteIterator<FileStatus> inside = fileSystem.listStatusIterator(folder);
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

    /** Hadoop passes over a link that leads nowhere in silence, and reads a folder again and again that leads back to itself. */
    private static void requireSoundLinks(java.nio.file.Path folder) throws IOException {
        try (DirectoryStream<java.nio.file.Path> inside = Files.newDirectoryStream(folder)) {
            for (java.nio.file.Path path : inside) {
                if (!isData(path.getFileName().toString()) || !Files.isSymbolicLink(path)) {
                    continue;
                }
                if (!Files.exists(path)) {
                    throw new DataException("Cannot read the table: the link " + path + " leads to nothing; mend it or"
                            + " take it away");
                }
                if (Files.isDirectory(path) && folder.toRealPath().startsWith(path.toRealPath())) {
                    throw new DataException("Cannot read the table: the link " + path
                            + " leads back to a folder that holds it; take it away");
                }
            }
        }
    }

    static DataException unreadable(Path path, IOException cause) {
        return new DataException(
                "Cannot read " + Shown.path(path) + ": " + cause.getMessage()
                        + "; the file is damaged, or not of the format that its name says; mend or remove it",
                cause);
    }

    private static boolean isHidden(String name) {
        return name.startsWith(".") || name.startsWith("_");
    }

    private static boolean isData(String relative) {
        return !relative.startsWith(".")
                && !relative.startsWith("_")
                && !relative.contains("/.")
                && !relative.contains("/_");
    }

    /** The one folder that holds all files, below which a table may be parted by folders {@code column=value}; null where there is none. */
    @Nullable
    Path folder() {
        return folder;
    }

    /** Whether some of the folders below {@link #folder} are columns. */
    boolean isParted() {
        return folder != null
                && files.keySet().stream()
                        .anyMatch(name -> !FolderColumns.of(name).isEmpty());
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
        try {
            return codec == null ? raw : codec.createInputStream(raw);
        } catch (RuntimeException e) { // a codec whose native library is not there
            raw.close();
            throw new DataException(
                    "Cannot read " + Shown.path(path) + ": this Hadoop cannot decompress it (" + e.getMessage()
                            + "); compress it with gzip, or not at all",
                    e);
        }
    }

    /** The same, at the byte from which {@link FileLines} reads a range. */
    static InputStream open(Configuration hadoop, FileRange range) throws IOException {
        return range.start() == 0 ? open(hadoop, new Path(range.path())) : at(hadoop, range, range.start() - 1);
    }

    /** A file that is not compressed, from one of its bytes on. */
    static InputStream at(Configuration hadoop, FileRange range, long position) throws IOException {
        Path path = new Path(range.path());
        FSDataInputStream in = path.getFileSystem(hadoop).open(path);
        in.seek(position);
        return in;
    }

    /**
     * The files as the work of tasks, in name order: of a size that keeps every core busy and does not open the tokenizer too often, which
     * costs as much as some thousand rows. Many small files are one task's, a large one may be cut.
     *
     * @param ofLines whether a file, unless it is compressed, can be read from any byte on
     */
    FileTasks tasks(int cores, Predicate<Path> ofLines) {
        Configuration hadoop = fileSystem.getConf();
        long largest = hadoop.getLong(LARGEST_SPLIT, MOST_BYTES_OF_A_TASK);
        long weight = bytes() + OPENING_BYTES * files.size();
        long target = Math.min(largest, Math.max(LEAST_BYTES_OF_A_TASK, (weight + cores - 1) / cores));
        CompressionCodecFactory codecs = new CompressionCodecFactory(hadoop);
        List<List<FileRange>> tasks = new ArrayList<>();
        List<FileRange> task = new ArrayList<>();
        long taken = 0;
        long most = 0;
        for (Map.Entry<String, FileStatus> file : files.entrySet()) {
            Path path = file.getValue().getPath();
            long bytes = file.getValue().getLen();
            boolean cut = codecs.getCodec(path) == null && ofLines.test(path);
            for (FileRange range : cut
                    ? FileRange.cut(path.toString(), file.getKey(), bytes, target)
                    : List.of(FileRange.whole(path.toString(), file.getKey()))) {
                long own = OPENING_BYTES + (range.end() == FileRange.TO_THE_END ? bytes : range.end()) - range.start();
                if (!task.isEmpty() && taken + own > target + OPENING_BYTES) {
                    tasks.add(task);
                    task = new ArrayList<>();
                    taken = 0;
                }
                task.add(range);
                taken += own;
                most = Math.max(most, taken);
            }
        }
        tasks.add(task);
        return new FileTasks(tasks, most > 2 * target && tasks.size() < cores);
    }

    /**
     * What a look at every file gives, by its path. Many are looked at at once: on an object store opening one takes longer than reading it.
     *
     * @throws DataException or another exception of the look, for the first file in name order that gives one
     */
    <T> Map<String, T> inspected(Function<Path, T> look) {
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(files.size(), FILES_AT_ONCE), SourceFiles::thread);
        try {
            Map<String, Future<T>> asked = new LinkedHashMap<>();
            for (Path path : paths()) {
                asked.put(path.toString(), pool.submit(() -> look.apply(path)));
            }
            Map<String, T> seen = new LinkedHashMap<>();
            for (Map.Entry<String, Future<T>> file : asked.entrySet()) {
                seen.put(file.getKey(), file.getValue().get());
            }
            return seen;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException told ? told : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted while looking at the files of a table", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "table-files");
        thread.setDaemon(true);
        return thread;
    }

    /** One line per file, for the table's fingerprint; as the files were when it was first asked for. */
    public String identity() {
        String known = identity;
        if (known == null) {
            known = found();
            identity = known;
        }
        return known;
    }

    private String found() {
        boolean hash = bytes() <= HASHED_BYTES;
        Map<String, String> hashes = hash ? inspected(this::contentHash) : Map.of();
        StringBuilder identity = new StringBuilder();
        files.forEach((name, status) -> identity.append(name)
                .append(' ')
                .append(status.getLen())
                .append(' ')
                .append(hashes.getOrDefault(status.getPath().toString(), Long.toString(status.getModificationTime())))
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
