package io.trimtab.job.spark.files;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * Local copies of folders that the engine and the tokenizer can only read from a local disk.
 *
 * <p>A folder on the local file system is used where it lies. One on another file system is copied once per host, under a name that
 * changes with its files, behind a lock, so that several executors of a host share one copy and a killed one leaves no half.
 */
public final class LocalFolders {
    /** What executors need to have folders of their own. */
    public record Settings(HadoopSettings hadoop, @Nullable String localDirectory) implements Serializable {
        public LocalFolders open() {
            return new LocalFolders(hadoop, localDirectory);
        }
    }

    private final HadoopSettings hadoop;
    private final Path scratch;

    /** Copies go to {@code localDirectory}; null: the JVM's temporary directory. */
    public LocalFolders(HadoopSettings hadoop, @Nullable String localDirectory) {
        this.hadoop = hadoop;
        this.scratch = Path.of(localDirectory == null ? System.getProperty("java.io.tmpdir") : localDirectory)
                .resolve("trimtab-folders");
    }

    /**
     * The folder on this host's disk.
     *
     * @throws RefusedException if it does not exist, as seen from this host
     */
    public Path of(String folder) {
        return of(folder, true);
    }

    /** As {@link #of}, but a copy lacks the weights: for whoever needs the tokenizer and config.json alone. */
    public Path withoutWeights(String folder) {
        return of(folder, false);
    }

    /** Whether the folder is used where it lies. */
    public boolean isLocal(String folder) {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder);
        try {
            return "file".equals(hadoop.fileSystem(path).getUri().getScheme());
        } catch (IOException e) {
            throw new ClusterException("Cannot reach " + folder + ": " + e.getMessage(), e);
        }
    }

    private Path of(String folder, boolean weights) {
        org.apache.hadoop.fs.Path remote = new org.apache.hadoop.fs.Path(folder);
        try {
            FileSystem files = hadoop.fileSystem(remote);
            if (!files.exists(remote) || !files.getFileStatus(remote).isDirectory()) {
                throw new RefusedException("Cannot open folder " + folder + ": it does not exist on host " + host()
                        + "; put it where every executor sees it, or on HDFS or an object store");
            }
            String scheme = files.getUri().getScheme();
            if ("file".equals(scheme)) {
                return Path.of(files.makeQualified(remote).toUri().getPath());
            }
            return copied(files, remote, weights);
        } catch (IOException e) {
            throw new ClusterException(
                    "Cannot copy folder " + folder + " to host " + host() + ": " + e.getMessage(), e);
        }
    }

    private Path copied(FileSystem files, org.apache.hadoop.fs.Path remote, boolean weights) throws IOException {
        Files.createDirectories(scratch);
        Path target = scratch.resolve((weights ? "" : "words-") + remote.getName() + "-" + stamp(files, remote));
        try (FileChannel lockFile = FileChannel.open(
                        scratch.resolve(target.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock lock = lock(lockFile)) {
            if (lock.isValid() && !Files.isDirectory(target)) {
                Path partial = scratch.resolve(target.getFileName() + ".partial");
                FileUtil.fullyDelete(partial.toFile());
                Files.createDirectories(partial);
                for (FileStatus status : files.listStatus(remote)) {
                    String name = status.getPath().getName();
                    boolean wanted = status.isFile() && (weights || !isWeights(name));
                    if (wanted || name.equals(TokenizerFiles.TEMPLATES)) {
                        files.copyToLocalFile(
                                false,
                                status.getPath(),
                                new org.apache.hadoop.fs.Path(
                                        partial.resolve(name).toString()),
                                true);
                    }
                }
                Files.move(partial, target);
            }
        }
        return target;
    }

    static boolean isWeights(String fileName) {
        return fileName.endsWith(".safetensors") || fileName.endsWith(".bin") || fileName.endsWith(".gguf");
    }

    /** Two threads of one JVM cannot wait for each other through a file lock; they take turns on the class first. */
    private static FileLock lock(FileChannel channel) throws IOException {
        synchronized (LocalFolders.class) {
            while (true) {
                try {
                    return channel.lock();
                } catch (OverlappingFileLockException e) {
                    sleep();
                }
            }
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted while another thread copied a folder", e);
        }
    }

    private static String stamp(FileSystem files, org.apache.hadoop.fs.Path folder) throws IOException {
        FileStatus[] statuses = files.listStatus(folder);
        Arrays.sort(statuses, Comparator.comparing(FileStatus::getPath));
        Fingerprint fingerprint = new Fingerprint().with("folder", folder.toString());
        for (FileStatus status : statuses) {
            fingerprint.with(status.getPath().getName(), status.getLen() + " " + status.getModificationTime());
        }
        return fingerprint.value();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "(unknown)";
        }
    }
}
