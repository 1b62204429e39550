package io.trimtab.job.checkpoint;

import io.trimtab.job.config.CancelledException;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.RefusedException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to work in a run directory. Taken by writing {@code owner.json} and finding it unchanged a moment later; kept by a heartbeat,
 * which also notices when somebody else took over. An owner is dead when its process is gone (same machine) or its heartbeat stands
 * still (another one). Not a lock: two drivers can overlap for a moment, so everything they write carries the token.
 */
final class Ownership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    /**
     * @param patience how long a living owner is waited for
     * @param stale a heartbeat that stands still this long belongs to a dead owner
     * @param settle how long a fresh claim is left alone before it is read back
     */
    record Times(Duration patience, Duration stale, Duration beat, Duration settle) {
        static final Times DEFAULT = new Times(
                Duration.ofSeconds(30), Duration.ofSeconds(20), Duration.ofSeconds(4), Duration.ofMillis(300));
    }

    private final RunDirectory directory;
    private final ScheduledExecutorService heart;
    private Owner owner;
    private volatile boolean lost;

    private Ownership(RunDirectory directory, Owner owner) {
        this.directory = directory;
        this.owner = owner;
        this.heart = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "trimtab-owner");
            thread.setDaemon(true);
            return thread;
        });
    }

    static Ownership acquire(RunDirectory directory, Times times) {
        long start = System.nanoTime();
        Optional<Owner> seen = Optional.empty();
        long seenSince = start;
        while (true) {
            Optional<Owner> current = read(directory);
            if (!current.equals(seen)) {
                seen = current;
                seenSince = System.nanoTime();
            }
            Duration still = Duration.ofNanos(System.nanoTime() - seenSince);
            if (isFree(directory, current, still, times)) {
                Optional<Ownership> mine = claim(directory, times);
                if (mine.isPresent()) {
                    return mine.get();
                }
            }
            if (System.nanoTime() - start > times.patience().toNanos()) {
                throw new RefusedException(refusal(directory, current, times));
            }
            pause(times.settle());
        }
    }

    String token() {
        return owner.token();
    }

    /** Refuses to go on if another driver took the directory. */
    void require() {
        if (lost || !holds(read(directory))) {
            throw new ClusterException(
                    "Cannot go on in " + Shown.path(directory.root()) + ": another command took it over, because"
                            + " this one's heartbeat had stopped; only one of them may write there");
        }
    }

    @Override
    public void close() {
        heart.shutdownNow();
        try {
            if (!heart.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("The heartbeat of {} is stuck in its file system", directory.root());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (holds(read(directory))) {
            directory.storage().delete(directory.owner());
        }
    }

    private static boolean isFree(RunDirectory directory, Optional<Owner> current, Duration still, Times times) {
        if (current.isEmpty()) {
            // Either no file, or one that is just being written, or rubbish: only the second changes.
            return !directory.storage().exists(directory.owner()) || still.compareTo(times.stale()) >= 0;
        }
        Owner other = current.get();
        return other.isOnThisMachine() ? !other.isAlive() : still.compareTo(times.stale()) >= 0;
    }

    private static Optional<Ownership> claim(RunDirectory directory, Times times) {
        Ownership ownership = new Ownership(directory, Owner.here(Instant.now()));
        directory.storage().replace(directory.owner(), ownership.owner.toJson());
        pause(times.settle());
        if (!ownership.holds(read(directory))) {
            ownership.heart.shutdownNow();
            return Optional.empty();
        }
        ownership.start(times.beat());
        return Optional.of(ownership);
    }

    private void start(Duration beat) {
        // Nobody waits for its end: it runs until close(), and every failure is told where it happens.
        var unused = heart.scheduleWithFixedDelay(this::beat, beat.toMillis(), beat.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            if (holds(read(directory))) {
                owner = owner.beating(Instant.now());
                directory.storage().replace(directory.owner(), owner.toJson());
            } else {
                lost = true;
                heart.shutdown();
            }
        } catch (UncheckedIOException e) {
            LOG.warn(
                    "The heartbeat of {} failed and is tried again: {}",
                    directory.root(),
                    String.valueOf(e.getCause()));
        }
    }

    private boolean holds(Optional<Owner> current) {
        return current.map(Owner::token).filter(owner.token()::equals).isPresent();
    }

    private static Optional<Owner> read(RunDirectory directory) {
        return directory.storage().read(directory.owner()).flatMap(Owner::parse);
    }

    private static String refusal(RunDirectory directory, Optional<Owner> current, Times times) {
        String who = current.map(owner ->
                        "process " + owner.pid() + " on " + owner.machine() + ", last heartbeat " + owner.heartbeat())
                .orElse("an owner.json that cannot be read");
        return "Cannot work in " + Shown.path(directory.root()) + ": another command does (" + who
                + ") and was waited for " + times.patience().toSeconds()
                + " s; let it end, stop it, or set another trimtab.run-directory";
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("Stopped while waiting for the run directory");
        }
    }
}
