package io.trimtab.job.spark;

import io.trimtab.job.config.ModelSettings;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;

/** What is looked at before Spark starts: tables and models are there and fit each other and the cluster. */
public final class RunChecks {
    private final TrimtabConfig config;
    private final HadoopSettings hadoop;

    public RunChecks(TrimtabConfig config, HadoopSettings hadoop) {
        this.config = config;
        this.hadoop = hadoop;
    }

    /**
     * What the run is made from beside its configuration: the table's files, the tokenizer, the models.
     *
     * @throws io.trimtab.data.DataException or {@link RefusedException} if something of it is missing
     */
    public String inputFingerprint() {
        ModelSettings model = config.model();
        Fingerprint fingerprint = new Fingerprint()
                .with("files", SourceFiles.find(hadoop, config.data().train(), "data.train").identity())
                .with("tokenizer", TokenizerFiles.read(hadoop, ModelFolders.words(model)).identity());
        add(fingerprint, "policy", model.policy());
        add(fingerprint, "reference", model.reference());
        add(fingerprint, "base", config.merge().usesSftDelta() ? model.base() : null);
        return fingerprint.value();
    }

    private void add(Fingerprint fingerprint, String name, @org.jspecify.annotations.Nullable String folder) {
        if (folder != null) {
            fingerprint.with(name, ModelIdentity.of(hadoop, folder));
        }
    }

    /** The complete Spark configuration; refuses what can never work. */
    public SparkConf preflight(SparkConf base, Consumer<String> warnings) {
        ModelArchitecture policy = requireModels();
        MemoryNeed need = MemoryNeed.of(
                policy,
                config.cluster().ranks(),
                config.merge().usesSftDelta(),
                config.training().microBatchTokens());
        SparkConf conf = SparkSessions.complete(base, config.cluster(), need);
        Preflight.check(conf, config.cluster(), need, warnings);
        return conf;
    }

    /** Shapes only: the weights are checked by whoever opens them. */
    private ModelArchitecture requireModels() {
        ModelSettings model = config.model();
        LocalFolders folders = new LocalFolders(hadoop, config.cluster().localDirectory());
        String initialize = model.initialize();
        Path words = folders.withoutWeights(ModelFolders.words(model));
        ModelArchitecture policy = ModelArchitecture.read(
                words.resolve(initialize == null ? "config.json" : ModelFolders.name(initialize)));
        requireSameShapes(policy, model.base(), "model.base", folders);
        requireSameShapes(policy, config.merge().usesSftDelta() ? model.base() : null, "model.base", folders);
        return policy;
    }

    private static void requireSameShapes(
            ModelArchitecture policy, @org.jspecify.annotations.Nullable String folder, String key, LocalFolders folders) {
        if (folder == null) {
            return;
        }
        List<TensorSpec> theirs = ModelArchitecture.read(
                        folders.withoutWeights(folder).resolve("config.json"))
                .tensors();
        List<TensorSpec> ours = policy.tensors();
        for (int i = 0; i < Math.max(ours.size(), theirs.size()); i++) {
            if (i >= ours.size() || i >= theirs.size() || !ours.get(i).equals(theirs.get(i))) {
                throw new RefusedException("Cannot use " + folder + " as " + key + ": it has "
                        + (i < theirs.size() ? theirs.get(i) : "no tensor") + " where model.policy has "
                        + (i < ours.size() ? ours.get(i) : "no tensor") + "; set " + key
                        + " to a model of the same shape");
            }
        }
    }
}
