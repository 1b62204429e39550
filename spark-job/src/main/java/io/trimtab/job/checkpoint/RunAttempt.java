package io.trimtab.job.checkpoint;

import io.trimtab.job.config.Identity;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One command's time in a run directory: from the moment it owns it to its result.json. Until {@link #begin} returns nothing of an earlier
 * command is touched, so a refused one leaves no trace.
 */
public final class RunAttempt implements AutoCloseable {
    /** Keys of the input's parts in the stored identity begin with this. */
    static final String INPUT = "input.";

    private final RunDirectory directory;
    private final Ownership ownership;
    private final String runId;
    private final Optional<byte[]> before;
    private StoredIdentity stored;

    private RunAttempt(
            RunDirectory directory, Ownership ownership, String runId, Optional<byte[]> before, StoredIdentity stored) {
        this.directory = directory;
        this.ownership = ownership;
        this.runId = runId;
        this.before = before;
        this.stored = stored;
    }

    /**
     * Takes the directory, waiting for a living owner for 30 s.
     *
     * @param runId names this command in result.json
     * @param runConf content of run.conf
     * @throws RefusedException if another identity has left results here, or the owner lives on
     */
    public static RunAttempt begin(RunDirectory directory, String runId, Identity identity, String runConf) {
        return begin(directory, runId, identity, runConf, Ownership.Times.DEFAULT);
    }

    static RunAttempt begin(
            RunDirectory directory, String runId, Identity identity, String runConf, Ownership.Times times) {
        requireFolder(directory);
        requireSame(directory, identity, StoredIdentity.read(directory));
        Ownership ownership = Ownership.acquire(directory, times);
        try {
            // Again: the owner that was waited for may have been the first to work here.
            Optional<StoredIdentity> before = StoredIdentity.read(directory);
            requireSame(directory, identity, before);
            StoredIdentity stored = StoredIdentity.next(directory, before, identity);
            stored.write(directory);
            Optional<byte[]> result = directory.storage().read(directory.result());
            directory.storage().delete(directory.result());
            directory.storage().replace(directory.runConf(), runConf.getBytes(StandardCharsets.UTF_8));
            return new RunAttempt(directory, ownership, runId, result, stored);
        } catch (RuntimeException e) {
            ownership.close();
            throw e;
        }
    }

    private static void requireFolder(RunDirectory directory) {
        Storage storage = directory.storage();
        if (storage.isFile(directory.root())) {
            throw unusable(directory, "it is a file");
        }
        try {
            if (!storage.makeFolder(directory.root())) {
                throw unusable(directory, "it cannot be made");
            }
        } catch (IOException e) {
            if (storage.isLocal()) {
                throw unusable(directory, String.valueOf(e.getMessage()));
            }
            // Such a file system may be away for a while, and a retry help.
            throw new UncheckedIOException("Cannot make the folder " + directory.root(), e);
        }
    }

    private static RefusedException unusable(RunDirectory directory, String why) {
        return new RefusedException("Cannot work in " + Shown.path(directory.root()) + ": " + why
                + "; set trimtab.run-directory to a folder that can be written, it may be a new one");
    }

    public RunDirectory directory() {
        return directory;
    }

    public String runId() {
        return runId;
    }

    /** Counts the commands that worked in this directory, from 1. */
    public int attempt() {
        return stored.attempt();
    }

    /** Unique to this command. Ranks and checkpoint folders carry it, with the segment's number. */
    public String token() {
        return ownership.token();
    }

    /** Refuses to go on where another command has taken over; called before anything is published. */
    public void requireOwned() {
        ownership.require();
    }

    /**
     * The input is part of the identity, but known only now; refuses if it is not the one that results here come from.
     *
     * @param part of the input, such as {@code table}; a part that is not asked about stays as it is known
     */
    public void requireInput(String part, String fingerprint) {
        String key = INPUT + part;
        String before = stored.identity().values().get(key);
        if (before != null && !before.equals(fingerprint) && StoredIdentity.isBound(directory, stored)) {
            throw refused(directory, new Identity.Difference(key, fingerprint, before));
        }
        stored = stored.with(key, fingerprint);
        stored.write(directory);
    }

    /** The result.json that the command before left; empty where it was killed, or there was none. */
    public Optional<byte[]> before() {
        return before.map(byte[]::clone);
    }

    /** Result.json as {@link #finish} writes it. */
    public byte[] json(RunResult result) {
        return result.toJson(runId, attempt());
    }

    /** Writes result.json, the last thing of a command. */
    public void finish(RunResult result) {
        requireOwned();
        if (result.status() == RunResult.Status.DONE) {
            stored = stored.bound();
            stored.write(directory);
        }
        directory.storage().replace(directory.result(), json(result));
    }

    /** Gives the directory back. */
    @Override
    public void close() {
        ownership.close();
    }

    private static void requireSame(RunDirectory directory, Identity identity, Optional<StoredIdentity> stored) {
        if (stored.isPresent() && StoredIdentity.isBound(directory, stored.get())) {
            identity.firstDifference(stored.get().identity()).ifPresent(difference -> {
                throw refused(directory, difference);
            });
        }
    }

    private static RefusedException refused(RunDirectory directory, Identity.Difference difference) {
        return new RefusedException(
                "Cannot continue the run in " + Shown.path(directory.root()) + ": its results come from another"
                        + " configuration, the first difference is " + difference.key() + " (there "
                        + difference.there() + ", here " + difference.here() + "); restore the "
                        + (difference.key().startsWith(INPUT) ? "files" : "value")
                        + ", or set another trimtab.run-directory");
    }
}
