package io.trimtab.job.checkpoint;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Where everything of a run lies; names only, nothing is created here. */
public final class RunDirectory {
    private final Storage storage;
    private final Path root;
    private final Path tables;

    private RunDirectory(Storage storage, Path root, Path tables) {
        this.storage = storage;
        this.root = root;
        this.tables = tables;
    }

    /** Names a run's places; the tables may lie on another file system. */
    public static RunDirectory of(String runDirectory, String tablesDirectory, Configuration hadoop) {
        Storage storage = Storage.of(new Path(runDirectory), hadoop);
        Path tables = new Path(tablesDirectory);
        return new RunDirectory(
                storage,
                storage.absolute(new Path(runDirectory)),
                Storage.of(tables, hadoop).absolute(tables));
    }

    public Storage storage() {
        return storage;
    }

    public Path root() {
        return root;
    }

    public Path owner() {
        return new Path(root, "owner.json");
    }

    public Path runConf() {
        return new Path(root, "run.conf");
    }

    /** The keys that make the run what it is, and the number of commands that worked here. */
    Path identity() {
        return new Path(root, "identity.json");
    }

    public Path result() {
        return new Path(root, "result.json");
    }

    public Path prepared(String fingerprint) {
        return new Path(tables, "prepared/" + fingerprint);
    }

    public Path references(String fingerprint) {
        return new Path(tables, "reference/" + fingerprint);
    }

    public Path shards(String fingerprint) {
        return new Path(tables, "shards/" + fingerprint);
    }

    public Path checkpoints() {
        return new Path(root, "checkpoints");
    }

    public Path metrics() {
        return new Path(root, "metrics.jsonl");
    }

    public Path dataReport() {
        return new Path(root, "data-report.json");
    }

    public Path quarantine() {
        return new Path(root, "quarantine");
    }

    public Path evaluation() {
        return new Path(root, "evaluation.json");
    }

    public Path report() {
        return new Path(root, "report.html");
    }

    public Path tensorboard() {
        return new Path(root, "tensorboard");
    }

    public Path model() {
        return new Path(root, "model");
    }
}
