package io.trimtab.job.spark;

import io.trimtab.data.DataException;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.tokens.TokenDifference;
import io.trimtab.data.tokens.TokenIds;
import io.trimtab.job.config.ActivationCheckpointing;
import io.trimtab.job.config.ModelSettings;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.cluster.TaskDevice;
import io.trimtab.job.spark.files.Fingerprint;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.files.ModelFolders;
import io.trimtab.job.spark.files.ModelIdentity;
import io.trimtab.job.spark.files.TokenizerFiles;
import io.trimtab.job.spark.ranks.BaseFit;
import io.trimtab.job.spark.source.OpenTables;
import io.trimtab.job.spark.source.SourceFiles;
import io.trimtab.job.spark.source.TableFormat;
import io.trimtab.job.train.MemoryEstimate;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** What is looked at before Spark starts: tables and models are there and fit each other and the cluster. */
public final class RunChecks {
    private final TrimtabConfig config;
    private final HadoopSettings hadoop;
    private final OpenTables tables;

    /** @param tables of the command */
    public RunChecks(TrimtabConfig config, HadoopSettings hadoop, OpenTables tables) {
        this.config = config;
        this.hadoop = hadoop;
        this.tables = tables;
    }

    /**
     * The training table's files, or its rows where Spark SQL gives them.
     *
     * @param needed whether the command reads them; where not, as after training, a table that has moved away has no fingerprint
     * @param session opened where the rows must be looked at
     * @throws DataException if the table is missing and needed
     */
    public Optional<String> tableFingerprint(boolean needed, Supplier<SparkSession> session) {
        DataSource train = config.data().train();
        if (!train.isFiles()) {
            return rowsFingerprint(train, needed, session);
        }
        if (!needed && !SourceFiles.exist(hadoop, train)) {
            return Optional.empty();
        }
        String files = tables.files(hadoop, train, "data.train").identity();
        return Optional.of(new Fingerprint().with("files", files).value());
    }

    private Optional<String> rowsFingerprint(DataSource train, boolean needed, Supplier<SparkSession> session) {
        try {
            TableFormat.requireJar(train); // before Spark starts
            String rows = tables.table(session.get(), hadoop, train, "data.train")
                    .identity(config.training().stage());
            return Optional.of(new Fingerprint().with("rows", rows).value());
        } catch (DataException e) {
            if (needed) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /**
     * What makes ids of text, and config.json.
     *
     * @throws RefusedException if something of it is missing
     */
    public String tokenizerFingerprint() {
        ModelSettings model = config.model();
        requireConfigName(model.initialize());
        return TokenizerFiles.read(hadoop, ModelFolders.words(model)).identity();
    }

    /**
     * The tokenizer and the models.
     *
     * @param tokenizer {@link #tokenizerFingerprint}
     * @throws RefusedException if one of them is missing
     */
    public String modelFingerprint(String tokenizer) {
        ModelSettings model = config.model();
        Fingerprint fingerprint = new Fingerprint().with("tokenizer", tokenizer);
        add(fingerprint, "policy", model.policy());
        add(fingerprint, "reference", model.reference());
        add(fingerprint, "base", config.merge().usesSftDelta() ? model.base() : null);
        return fingerprint.value();
    }

    private static void requireConfigName(@Nullable String initialize) {
        if (initialize != null && !"config.json".equals(ModelFolders.name(initialize))) {
            throw new RefusedException("Cannot draw a model from " + initialize
                    + ": model.initialize names a file config.json with tokenizer files beside it; set model.initialize = "
                    + "<folder>/config.json");
        }
    }

    private void add(Fingerprint fingerprint, String name, @Nullable String folder) {
        if (folder != null) {
            fingerprint.with(name, ModelIdentity.of(hadoop, folder));
        }
    }

    /** The complete Spark configuration; refuses what can never work. */
    public SparkConf preflight(SparkConf base, Consumer<String> warnings) {
        ModelArchitecture policy = requireModels(warnings);
        requireFitting(policy, warnings);
        RunMemory run =
                new RunMemory(config, policy, TaskDevice.expected(config.model().device(), base));
        ActivationCheckpointing checkpointing = config.model().activationCheckpointing();
        MemoryEstimate estimate = run.upperBound(checkpointing == ActivationCheckpointing.ON);
        SparkConf conf = SparkSessions.complete(base, config.cluster(), MemoryNeed.of(estimate));
        TableFormat.configure(conf, sources());
        RankMemory memory = RankMemory.of(conf, config.cluster().ranks());
        boolean saves = checkpointing == ActivationCheckpointing.AUTO && !memory.fits(estimate);
        Preflight.check(
                conf,
                config.cluster(),
                config.model().device(),
                MemoryNeed.of(saves ? run.upperBound(true) : estimate),
                warnings);
        run.requireRoom(memory);
        return conf;
    }

    /** The same for a command that loads no model: weights need not be there, and what its tasks have is enough, whatever ranks would need. */
    public SparkConf preflightOfTables(SparkConf base, Consumer<String> warnings) {
        requireFitting(described(), warnings);
        SparkConf conf = SparkSessions.completeOfTables(base);
        TableFormat.configure(conf, sources());
        return conf;
    }

    private void requireFitting(ModelArchitecture policy, Consumer<String> warnings) {
        TensorPatterns.require(
                config, policy.tensors().stream().map(TensorSpec::name).toList());
        requireWords(policy.vocabularySize(), warnings);
    }

    /** The model as its config.json describes it. */
    private ModelArchitecture described() {
        LocalFolders folders = new LocalFolders(hadoop, config.cluster().localDirectory());
        return ModelArchitecture.read(
                folders.withoutWeights(ModelFolders.words(config.model())).resolve("config.json"));
    }

    private List<DataSource> sources() {
        DataSource held = config.evaluation().data();
        return held == null
                ? List.of(config.data().train())
                : List.of(config.data().train(), held);
    }

    /** Opens what lies on this machine, which reads every header and size; what lies elsewhere the executors open. */
    private ModelArchitecture requireModels(Consumer<String> warnings) {
        ModelSettings model = config.model();
        LocalFolders folders = new LocalFolders(hadoop, config.cluster().localDirectory());
        if (model.initialize() != null) {
            return described();
        }
        String policyFolder = ModelFolders.required(model.policy(), "model.policy");
        ModelArchitecture policy = open(folders, policyFolder, warnings);
        if (model.reference() != null && !model.reference().equals(model.policy())) {
            ModelArchitecture reference = open(folders, model.reference(), warnings);
            requireSameWords(folders, policyFolder, model.reference(), reference.vocabularySize(), warnings);
        }
        if (model.base() != null && config.merge().usesSftDelta()) {
            BaseFit.of(
                            policy.tensors(),
                            open(folders, model.base(), warnings).tensors(),
                            model.baseMismatch(),
                            config.merge().scope().merged(),
                            model.base())
                    .notes()
                    .forEach(warnings);
        }
        return policy;
    }

    /**
     * The tokenizer's ids are rows of the embedding. Ordinary ones beyond it would come in any text; an added one that no row contains does
     * no harm, and released models have such.
     */
    private void requireWords(int vocabularySize, Consumer<String> warnings) {
        String folder = ModelFolders.words(config.model());
        TokenIds ids = TokenIds.of(new LocalFolders(hadoop, config.cluster().localDirectory()).withoutWeights(folder));
        if (ids.highest() >= vocabularySize) {
            throw new RefusedException("Cannot train on the ids of " + folder + ": its tokenizer.json has ids up to "
                    + ids.highest() + ", and vocab_size in its config.json is " + vocabularySize
                    + "; put the model's own tokenizer there, or a model with larger embeddings");
        }
        ids.addedFrom(vocabularySize)
                .ifPresent(token -> warnings.accept("token " + token.text() + " of " + folder + " has id " + token.id()
                        + ", and vocab_size is " + vocabularySize + ": a row that contains it will be refused"));
    }

    /** The reference scores the ids of the policy's tokenizer: where they are other words to it, its log-probs mean nothing. */
    private static void requireSameWords(
            LocalFolders folders, String policy, String reference, int vocabularySize, Consumer<String> warnings) {
        Path words = folders.withoutWeights(policy);
        TokenIds ids = TokenIds.of(words);
        if (ids.highest() >= vocabularySize) {
            throw new RefusedException("Cannot score rows with " + reference + ": the tokenizer of " + policy
                    + " has ids up to " + ids.highest() + ", and vocab_size in the reference's config.json is "
                    + vocabularySize + "; set model.reference to a model of the policy's vocabulary");
        }
        ids.addedFrom(vocabularySize)
                .ifPresent(token -> warnings.accept("token " + token.text() + " of " + policy + " has id " + token.id()
                        + ", and vocab_size of the reference " + reference + " is " + vocabularySize
                        + ": a row that contains it cannot be scored"));
        TokenDifference.between(words, folders.withoutWeights(reference)).ifPresent(token -> {
            String meaning = "id " + token.id() + " is " + token.one() + " to the tokenizer of " + policy + " and "
                    + token.other() + " to that of the reference " + reference;
            if (!token.added()) {
                throw new RefusedException("Cannot score rows with another vocabulary: " + meaning
                        + "; set model.reference to a model of the policy's vocabulary");
            }
            warnings.accept(meaning + ": where rows have it, the reference reads it so");
        });
    }

    private ModelArchitecture open(LocalFolders folders, String folder, Consumer<String> warnings) {
        if (!folders.isLocal(folder)) {
            return ModelArchitecture.read(folders.withoutWeights(folder).resolve("config.json"));
        }
        try (ModelFolder opened = ModelFolder.open(folders.of(folder))) {
            opened.warnings().forEach(warnings);
            return opened.architecture();
        }
    }
}
