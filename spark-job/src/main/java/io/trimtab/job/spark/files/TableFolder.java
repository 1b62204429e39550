package io.trimtab.job.spark.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.trimtab.job.checkpoint.Storage;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.files.TableManifest.TableFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * One table under {@code tables-directory/<kind>/<fingerprint>}, possibly shared between runs.
 *
 * <p>Every writer fills a folder of its own inside; whoever writes the manifest first has made the table, later ones use it and remove
 * theirs. A manifest is there whole or not at all, also where its writer is killed. A folder without a manifest is no table. Driver only.
 */
public final class TableFolder {
    private static final String MANIFEST = "manifest.json";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final HadoopSettings hadoop;
    private final String kind;
    private final Fingerprint fingerprint;
    private final Path folder;

    public TableFolder(HadoopSettings hadoop, String tablesDirectory, String kind, Fingerprint fingerprint) {
        this.hadoop = hadoop;
        this.kind = kind;
        this.fingerprint = fingerprint;
        this.folder = new Path(new Path(tablesDirectory, kind), fingerprint.value());
    }

    public HadoopSettings hadoop() {
        return hadoop;
    }

    public Path path() {
        return folder;
    }

    /**
     * The table, where it is there.
     *
     * @throws RefusedException if a part of it is damaged or gone, which another attempt would find so again
     * @throws ClusterException if it cannot be read
     */
    public Optional<TableManifest> manifest() {
        Path manifest = new Path(folder, MANIFEST);
        try {
            FileSystem files = hadoop.fileSystem(folder);
            if (!files.exists(manifest)) {
                return Optional.empty();
            }
            TableManifest read = read(files, manifest);
            for (TableFile file : read.files()) {
                requireSize(files, file);
            }
            return Optional.of(read);
        } catch (IOException e) {
            throw new ClusterException("Cannot read " + manifest + ": " + e.getMessage(), e);
        }
    }

    /**
     * A fresh folder for one attempt at writing this table.
     *
     * @throws RefusedException if no folder can be made there, which a job would only find out after its start
     */
    public Path attempt() {
        Path attempt = new Path(folder, "files-" + UUID.randomUUID());
        try {
            if (!hadoop.fileSystem(folder).mkdirs(attempt)) {
                throw new RefusedException("Cannot make tables in " + folder
                        + ": no folder can be made; set trimtab.tables-directory to a folder that can be written");
            }
            return attempt;
        } catch (AccessControlException | ParentNotDirectoryException e) {
            throw new RefusedException(
                    "Cannot make tables in " + folder + ": " + e.getMessage()
                            + "; set trimtab.tables-directory to a folder that can be written",
                    e);
        } catch (IOException e) {
            throw new ClusterException("Cannot make tables in " + folder + ": " + e.getMessage(), e);
        }
    }

    /**
     * Makes the files, which lie in the attempt's folder, the table, unless another writer was faster. Of two at the same moment the later
     * one's manifest stays; both have made the same table.
     */
    public TableManifest commit(Path attempt, List<TableFile> tableFiles, Map<String, Object> details) {
        Path manifest = new Path(folder, MANIFEST);
        try {
            FileSystem files = hadoop.fileSystem(folder);
            if (files.exists(manifest)) {
                files.delete(attempt, true);
                return read(files, manifest);
            }
            TableManifest ours =
                    new TableManifest(kind, fingerprint.value(), fingerprint.ingredients(), details, tableFiles);
            Storage.of(folder, hadoop.configuration()).replace(manifest, JSON.writeValueAsBytes(ours));
            return ours;
        } catch (IOException e) {
            throw unwritten(manifest, e);
        } catch (UncheckedIOException e) {
            throw unwritten(manifest, Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private static ClusterException unwritten(Path manifest, Throwable cause) {
        return new ClusterException("Cannot write " + manifest + ": " + cause.getMessage(), cause);
    }

    public Path path(TableFile file) {
        return new Path(folder, file.path());
    }

    public String[] paths(TableManifest manifest) {
        return paths(manifest, "");
    }

    /** Those of the files whose names end so. */
    public String[] paths(TableManifest manifest, String extension) {
        return manifest.files().stream()
                .filter(file -> file.path().endsWith(extension))
                .map(file -> path(file).toString())
                .toArray(String[]::new);
    }

    /** The files with this ending in one part of an attempt, by name. */
    public List<TableFile> list(Path attempt, String partName, String extension) {
        try {
            return list(hadoop.fileSystem(folder), new Path(attempt, partName), extension);
        } catch (IOException e) {
            throw new ClusterException("Cannot list " + attempt + ": " + e.getMessage(), e);
        }
    }

    private static List<TableFile> list(FileSystem files, Path part, String extension) throws IOException {
        FileStatus[] statuses = files.listStatus(part, path -> path.getName().endsWith(extension));
        Arrays.sort(statuses, Comparator.comparing(FileStatus::getPath));
        List<TableFile> listed = new ArrayList<>();
        for (FileStatus status : statuses) {
            listed.add(new TableFile(
                    part.getParent().getName() + "/" + part.getName() + "/"
                            + status.getPath().getName(),
                    status.getLen()));
        }
        return listed;
    }

    private static TableManifest read(FileSystem files, Path manifest) throws IOException {
        try (InputStream in = files.open(manifest)) {
            return JSON.readValue(in.readAllBytes(), TableManifest.class);
        } catch (JsonProcessingException e) {
            throw new RefusedException(
                    "Cannot read " + manifest + ": it is incomplete; remove " + manifest.getParent()
                            + " to have the table made again",
                    e);
        }
    }

    private void requireSize(FileSystem files, TableFile file) throws IOException {
        Path path = path(file);
        long bytes = files.exists(path) ? files.getFileStatus(path).getLen() : -1;
        if (bytes != file.bytes()) {
            throw new RefusedException("Cannot use the table of " + folder + ": its manifest lists " + path + " with "
                    + file.bytes() + " bytes, found " + (bytes < 0 ? "none" : bytes) + "; remove " + folder
                    + " to have the table made again");
        }
    }
}
