package io.trimtab.job.checkpoint;

import io.trimtab.job.config.RefusedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** The few operations of a Hadoop file system that the run directory needs, with the same outcome on all of them. Thread safe. */
public final class Storage {
    private final FileSystem files;
    private final Configuration hadoop;

    private Storage(FileSystem files, Configuration hadoop) {
        this.files = files;
        this.hadoop = hadoop;
    }

    /** The file system of a path. Local files come without Hadoop's hidden checksum files, which would deny every file edited by hand. */
    public static Storage of(Path path, Configuration hadoop) {
        try {
            FileSystem files = fileSystem(path, hadoop);
            return new Storage(files instanceof LocalFileSystem local ? local.getRaw() : files, hadoop);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot reach the file system of " + path, e);
        }
    }

    /**
     * The file system of a path, whatever it is.
     *
     * @throws RefusedException where none of this process knows the path's scheme
     */
    public static FileSystem fileSystem(Path path, Configuration hadoop) throws IOException {
        try {
            return path.getFileSystem(hadoop);
        } catch (UnsupportedFileSystemException e) {
            throw unknown(path, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof UnknownHostException host) {
                throw host; // may be back the next time
            }
            throw e;
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).startsWith("Incomplete HDFS URI")) {
                throw new RefusedException("Cannot use " + path + ": " + e.getMessage(), e);
            }
            throw e;
        } catch (RuntimeException e) {
            if (e.getCause() instanceof ClassNotFoundException missing) {
                throw unknown(path, String.valueOf(missing.getMessage()), e);
            }
            throw e;
        }
    }

    private static RefusedException unknown(Path path, String why, Exception cause) {
        return new RefusedException(
                "Cannot use " + path + ": " + why + "; correct the scheme, or bring its jar with --jars", cause);
    }

    public FileSystem files() {
        return files;
    }

    public Path absolute(Path path) {
        return files.makeQualified(path);
    }

    /** Makes a folder and those above it; also true where it is there already. */
    boolean makeFolder(Path folder) throws IOException {
        return files.mkdirs(folder);
    }

    boolean isLocal() {
        return files instanceof RawLocalFileSystem;
    }

    public boolean exists(Path path) {
        try {
            return files.exists(path);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot look for " + path, e);
        }
    }

    /** Whether there is a file, not a folder, at this path. */
    public boolean isFile(Path path) {
        try {
            return files.exists(path) && files.getFileStatus(path).isFile();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot look for " + path, e);
        }
    }

    /** The bytes of a small file, empty where there is none. */
    public Optional<byte[]> read(Path file) {
        try (var in = files.open(file)) {
            return Optional.of(in.readAllBytes());
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    /** Writes a file that must not exist yet. A process that dies, or a disk that is full, leaves no part of it. */
    public void create(Path file, byte[] content) {
        if (exists(file)) {
            throw new UncheckedIOException(
                    "Cannot write " + file, new FileAlreadyExistsException("it is there already"));
        }
        replace(file, content);
    }

    /** Writes a file so that a reader sees the old content or the new one, never a part. */
    public void replace(Path file, byte[] content) {
        try {
            if (publishesAtClose()) {
                write(file, content);
                return;
            }
            Path draft = new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID() + ".draft");
            try {
                write(draft, content);
                renameOver(draft, file);
            } catch (IOException e) {
                files.delete(draft, false);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    public void delete(Path path) {
        try {
            files.delete(path, true);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + path, e);
        }
    }

    /** What lies directly in a folder, sorted by name; nothing where there is no folder. */
    public List<FileStatus> list(Path folder) {
        try {
            List<FileStatus> entries = new ArrayList<>(List.of(files.listStatus(folder)));
            entries.sort(Comparator.comparing(entry -> entry.getPath().getName()));
            return entries;
        } catch (FileNotFoundException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + folder, e);
        }
    }

    // Object stores show a file when it is closed; a rename there would be a copy.
    private boolean publishesAtClose() {
        return !(files instanceof RawLocalFileSystem) && !files.getScheme().endsWith("hdfs");
    }

    private void write(Path file, byte[] content) throws IOException {
        asIo(() -> {
            try (FSDataOutputStream out = files.create(file, true)) {
                out.write(content);
                out.hsync();
            }
        });
    }

    /** Work on a stream. */
    interface Writing {
        void run() throws IOException;
    }

    /** Writes; throws what a local disk said, a full one for example, of which Hadoop makes an error, as the exception that it was. */
    static void asIo(Writing work) throws IOException {
        try {
            work.run();
        } catch (FSError e) {
            throw e.getCause() instanceof IOException said ? said : new IOException(e);
        }
    }

    private void renameOver(Path from, Path to) throws IOException {
        if (files instanceof RawLocalFileSystem) {
            if (!files.rename(from, to)) {
                throw new IOException("Cannot rename " + from + " to " + to);
            }
        } else {
            FileContext.getFileContext(files.getUri(), hadoop).rename(from, to, Options.Rename.OVERWRITE);
        }
    }
}
