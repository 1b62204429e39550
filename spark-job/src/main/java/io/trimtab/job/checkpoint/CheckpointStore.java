package io.trimtab.job.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * The checkpoints of one run. Every rank writes its shard into the step's folder; rank 0 commits when all have; the driver alone chooses
 * what to resume from.
 */
public final class CheckpointStore {
    private static final Pattern FOLDER = Pattern.compile("step-(\\d{8,})\\.([A-Za-z0-9-]+)");
    private static final String STEP = "step";

    /** What a reader found wrong with a folder whose files all have their sizes. */
    private static final String DAMAGE = "damaged.txt";

    private final Storage storage;
    private final Path directory;

    /** @param directory {@link RunDirectory#checkpoints()} */
    public CheckpointStore(Storage storage, Path directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /** The folder of a step; the token keeps a rank of an earlier attempt, still writing, away from this one's files. */
    public Path folder(long step, String token) {
        return new Path(directory, String.format(Locale.ROOT, "step-%08d.%s", step, token));
    }

    public ShardWriter writer(Path folder, int rank, int worldSize) {
        return ShardWriter.create(storage, folder, rank, worldSize);
    }

    /**
     * Makes the checkpoint exist; called by rank 0 after every rank finished its shard.
     *
     * @param facts what else a resume must know
     */
    public Checkpoint commit(Path folder, long step, List<Manifest.File> shards, Map<String, String> facts) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(STEP, Long.toString(step));
        all.putAll(facts);
        Manifest manifest = new Manifest(all, shards);
        manifest.write(storage, folder);
        return new Checkpoint(step, folder, manifest);
    }

    /** The complete checkpoints, newest first. */
    public List<Checkpoint> complete() {
        List<Checkpoint> found = new ArrayList<>();
        for (FileStatus entry : storage.list(directory)) {
            OptionalLong step = step(entry);
            if (step.isPresent()) {
                Manifest.read(storage, entry.getPath())
                        .filter(manifest -> damageFound(entry.getPath()).isEmpty())
                        .filter(manifest -> Long.toString(step.getAsLong())
                                .equals(manifest.facts().get(STEP)))
                        .ifPresent(manifest -> found.add(new Checkpoint(step.getAsLong(), entry.getPath(), manifest)));
            }
        }
        found.sort(Comparator.comparingLong(Checkpoint::step)
                .reversed()
                .thenComparing(checkpoint -> checkpoint.folder().getName()));
        return found;
    }

    /** Committed folders beyond a step that cannot be used any more, newest first; what a save left unfinished is none of them. */
    public List<DamagedCheckpoint> damagedAfter(long last) {
        List<DamagedCheckpoint> found = new ArrayList<>();
        for (FileStatus entry : storage.list(directory)) {
            step(entry).stream()
                    .filter(step -> step > last)
                    .forEach(step -> damage(entry.getPath(), step)
                            .ifPresent(what -> found.add(new DamagedCheckpoint(step, entry.getPath(), what))));
        }
        found.sort(Comparator.comparingLong(DamagedCheckpoint::step).reversed());
        return found;
    }

    private Optional<String> damage(Path folder, long step) {
        Optional<String> damage = Manifest.damage(storage, folder).or(() -> damageFound(folder));
        return damage.isPresent() || isOf(step, Manifest.read(storage, folder))
                ? damage
                : Optional.of(Manifest.NAME + " is that of another step");
    }

    /** A folder that was never committed is of no step, and no damage either. */
    private boolean isOf(long step, Optional<Manifest> manifest) {
        return manifest.map(read -> Long.toString(step).equals(read.facts().get(STEP)))
                .orElse(true);
    }

    private Optional<String> damageFound(Path folder) {
        return storage.read(new Path(folder, DAMAGE)).map(content -> new String(content, StandardCharsets.UTF_8));
    }

    /**
     * Makes the checkpoint one of the damaged, for whoever looks after this: checksums are only known to those who read all of it. May be called by several
     * ranks at once.
     */
    public DamagedCheckpoint markDamaged(Checkpoint checkpoint, CheckpointException found) {
        String what = found.what() + " (delete " + DAMAGE + " when the file is brought back)";
        storage.replace(new Path(checkpoint.folder(), DAMAGE), what.getBytes(StandardCharsets.UTF_8));
        return new DamagedCheckpoint(checkpoint.step(), checkpoint.folder(), what);
    }

    /** Whether a checkpoint that was complete when it was found is no more. */
    public boolean isDamaged(Checkpoint checkpoint) {
        return damage(checkpoint.folder(), checkpoint.step()).isPresent();
    }

    public Optional<Checkpoint> newest() {
        return complete().stream().findFirst();
    }

    /** Reads a checkpoint's state, on any rank of any number of ranks. */
    public CheckpointReader open(Checkpoint checkpoint) {
        return CheckpointReader.open(storage, checkpoint);
    }

    /** Deletes all but the newest complete checkpoints, and what unfinished saves left behind up to the newest one's step. */
    public void retain(int keepLast) {
        List<Checkpoint> complete = complete();
        if (complete.isEmpty()) {
            return;
        }
        List<Path> kept = complete.stream()
                .limit(Math.max(1, keepLast))
                .map(Checkpoint::folder)
                .toList();
        long newestStep = complete.get(0).step();
        for (FileStatus entry : storage.list(directory)) {
            OptionalLong step = step(entry);
            if (step.isPresent() && step.getAsLong() <= newestStep && !kept.contains(entry.getPath())) {
                // The manifest goes first: a deletion that is cut off must not leave a checkpoint that looks complete.
                storage.delete(new Path(entry.getPath(), Manifest.NAME));
                storage.delete(entry.getPath());
            }
        }
    }

    private static OptionalLong step(FileStatus entry) {
        Matcher matcher = FOLDER.matcher(entry.getPath().getName());
        return entry.isDirectory() && matcher.matches()
                ? OptionalLong.of(Long.parseLong(matcher.group(1)))
                : OptionalLong.empty();
    }
}
