package io.trimtab.job.stages;

import io.trimtab.job.checkpoint.Manifest;
import io.trimtab.job.checkpoint.Storage;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;

/**
 * The folder of a result. It is written beside its place and moved there when it is complete; an older merge gives way then, and nothing else ever does.
 *
 * @param folder absolute
 * @param unfinished beside it, empty when claimed
 */
record MergeTarget(Path folder, Path unfinished) {

    /** @throws RefusedException if something is there that is no merge, or is needed by this one */
    static MergeTarget claim(Path output, List<Path> inputs) throws IOException {
        Path folder = output.toAbsolutePath().normalize();
        Path name = folder.getFileName();
        Path parent = folder.getParent();
        if (name == null || parent == null) {
            throw new RefusedException("Cannot write the merge to " + folder + ", name a folder in it");
        }
        requireReplaceable(folder);
        for (Path input : inputs) {
            if (Files.exists(folder) && input.toRealPath().startsWith(folder.toRealPath())) {
                throw new RefusedException("Cannot write the merge to " + folder + ", the model " + input
                        + " lies there and is read; name another folder");
            }
        }
        Path unfinished = folder.resolveSibling("." + name + ".unfinished");
        Files.createDirectories(parent);
        delete(unfinished);
        Files.createDirectory(unfinished);
        return new MergeTarget(folder, unfinished);
    }

    private static void requireReplaceable(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        boolean empty = false;
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                empty = files.findAny().isEmpty();
            }
        }
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder.toUri());
        Optional<Manifest> manifest =
                empty ? Optional.empty() : Manifest.read(Storage.of(path, new Configuration()), path);
        boolean merge = manifest.map(Manifest::facts)
                .filter(facts -> MergedFolder.MERGE.equals(facts.get(MergedFolder.KIND)))
                .isPresent();
        if (!empty && !merge) {
            throw new RefusedException("Cannot write the merge to " + folder
                    + ", something is there that is no merge of ours: remove it or name another folder");
        }
    }

    /** @throws RefusedException if so many bytes for each result cannot fit */
    static void requireSpace(List<MergeTarget> targets, long bytesOfOne) throws IOException {
        MergeTarget first = targets.get(0);
        long free = Files.getFileStore(first.unfinished()).getUsableSpace();
        long need = Math.multiplyExact(bytesOfOne, targets.size());
        if (free < need) {
            throw new RefusedException("Cannot write the merge to " + first.folder() + ", " + need
                    + " bytes are needed and " + free + " are free there; make room or name another disk");
        }
    }

    /** The complete result takes its place. */
    void publish() throws IOException {
        Path older = unfinished.resolveSibling(unfinished.getFileName() + ".older");
        delete(older);
        boolean replaces = Files.exists(folder);
        if (replaces) {
            Files.move(folder, older);
        }
        try {
            Files.move(unfinished, folder);
        } catch (IOException e) {
            if (replaces) {
                Files.move(older, folder);
            }
            throw e;
        }
        delete(older);
    }

    /** Removes what is unfinished; nothing happens after {@link #publish}. */
    void discard() {
        try {
            delete(unfinished);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + unfinished, e);
        }
    }

    /** A folder of our own; nothing happens where there is none. */
    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder) && !FileUtil.fullyDelete(folder.toFile())) {
            throw new IOException("Cannot remove " + folder);
        }
    }
}
