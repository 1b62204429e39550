package io.trimtab.job.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.PairPolicy;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.data.rows.RowShape;
import io.trimtab.data.tokens.BoundaryPolicy;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.SpecialTokenPolicy;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.ScheduleName;
import io.trimtab.model.Precision;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.weights.WeightType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes records of values that {@link Checks} found sound. */
final class SettingsReader {
    private final Values values;
    private final Config config;

    SettingsReader(Values values) {
        this.values = values;
        this.config = values.full().getConfig(Names.ROOT);
    }

    TrimtabConfig read() {
        return new TrimtabConfig(
                config.getString("run-directory"),
                optional("run-id"),
                config.getString("tables-directory"),
                model(),
                data(),
                loss(),
                optimizer(),
                prefers() ? merge() : MergeSettings.none(),
                training(),
                cluster(),
                checkpoint(),
                evaluation(),
                new MetricsSettings(
                        config.getDuration("metrics.console-interval"), config.getBoolean("metrics.tensorboard")));
    }

    TrainingStage stage() {
        return one(TrainingStage.class, "training.stage");
    }

    /** Whether the stage learns from preferences: then it has a reference, and an SFT delta to merge with. */
    boolean prefers() {
        return stage() == TrainingStage.DPO || stage() == TrainingStage.KTO;
    }

    /** The only loss each stage has in this version. */
    String lossName() {
        return switch (stage()) {
            case PRETRAIN, SFT -> "sft";
            case DPO -> "sigmoid";
            case KTO -> "kto";
        };
    }

    Use.Chosen chosen() {
        return new Use.Chosen(
                stage(), lossName(), merging().rule(), one(AlphaSchedule.Name.class, "merge.alpha-schedule"));
    }

    MergeSettings merge() {
        return merging().read();
    }

    MergingReader merging() {
        return new MergingReader(values, config);
    }

    private ModelSettings model() {
        return new ModelSettings(
                optional("model.policy"),
                optional("model.base"),
                optional("model.reference"),
                optional("model.initialize"),
                Precision.valueOf(config.getString("model.precision").toUpperCase(Locale.ROOT)),
                ActivationCheckpointing.of(config.getString("model.activation-checkpointing")),
                one(DeviceChoice.class, "model.device"),
                one(BaseMismatch.class, "merge.mismatch"));
    }

    private DataSettings data() {
        return new DataSettings(
                source("data.train"),
                one(BatchOrder.class, "data.order"),
                new TextSettings(
                        config.getInt("data.max-length"),
                        one(OverLength.class, "data.over-length"),
                        config.getBoolean("data.append-eos"),
                        optional("data.chat-template"),
                        limit("data.max-prompt-length"),
                        limit("data.max-completion-length"),
                        one(SpecialTokenPolicy.class, "data.special-tokens"),
                        one(BoundaryPolicy.class, "data.boundary-token")),
                config.getDouble("data.max-rejected-share"));
    }

    private DataSource source(String group) {
        Map<String, String> columns = new TreeMap<>();
        config.getObject(group + ".columns").forEach((name, column) -> columns.put(name, ValueType.text(column)));
        return new SourceKeys(values, group).source(columns, rows(group));
    }

    private RowSettings rows(String group) {
        String shape = config.getString(group + ".shape");
        return new RowSettings(
                shape.equals(ValueType.AUTO) ? null : ValueType.constant(RowShape.class, shape),
                one(PairPolicy.class, "data.pairs"),
                config.getDouble("data.score-margin"),
                config.hasPath("data.score-threshold") ? config.getDouble("data.score-threshold") : null);
    }

    private LossSettings loss() {
        return new LossSettings(
                lossName(),
                config.getDouble("loss.beta"),
                config.getDouble("loss.label-smoothing"),
                config.getDouble("loss.desirable-weight"),
                config.getDouble("loss.undesirable-weight"));
    }

    private OptimizerSettings optimizer() {
        return new OptimizerSettings(
                new AdamWSettings(
                        config.getDouble("optimizer.learning-rate"),
                        config.getDouble("optimizer.beta1"),
                        config.getDouble("optimizer.beta2"),
                        config.getDouble("optimizer.epsilon"),
                        config.getDouble("optimizer.weight-decay"),
                        config.getDouble("optimizer.max-gradient-norm"),
                        TensorFilter.allBut(values.patterns("optimizer.decay-exclude"))),
                one(ScheduleName.class, "optimizer.schedule"),
                config.getLong("optimizer.warmup-steps"),
                config.getDouble("optimizer.min-learning-rate-ratio"));
    }

    private TrainingSettings training() {
        return new TrainingSettings(
                stage(),
                config.getInt("training.global-batch-size"),
                config.getInt("training.micro-batch-tokens"),
                config.getInt("training.epochs"),
                config.getLong("training.max-steps"),
                config.getLong("training.seed"));
    }

    private ClusterSettings cluster() {
        return new ClusterSettings(
                config.getInt("cluster.ranks"),
                config.getInt("cluster.max-restarts"),
                config.getDuration("cluster.executor-wait"),
                optional("cluster.local-directory"),
                config.getInt("cluster.threads-per-rank"),
                config.getDuration("cluster.barrier-timeout"),
                config.getDuration("cluster.idle-timeout"),
                config.getDuration("cluster.stop-grace"),
                portRange(),
                sparkSettings());
    }

    private @Nullable PortRange portRange() {
        String range = optional("cluster.port-range");
        if (range == null) {
            return null;
        }
        int hyphen = range.indexOf('-');
        return new PortRange(
                Integer.parseInt(range.substring(0, hyphen)), Integer.parseInt(range.substring(hyphen + 1)));
    }

    private Map<String, String> sparkSettings() {
        Map<String, String> settings = new TreeMap<>();
        SparkNames.settings(config.getObject("cluster.spark"))
                .forEach((name, value) -> settings.put(name, ValueType.text(value)));
        return settings;
    }

    private CheckpointSettings checkpoint() {
        String precision = optional("checkpoint.export-precision");
        return new CheckpointSettings(
                config.getInt("checkpoint.every-steps"),
                config.getDouble("checkpoint.every-minutes"),
                config.getInt("checkpoint.keep-last"),
                precision == null ? null : one(WeightType.class, "checkpoint.export-precision"));
    }

    private EvaluationSettings evaluation() {
        List<EvaluationTest> tests = config.getList("evaluation.tests").stream()
                .map(ConfigObject.class::cast)
                .map(ConfigObject::toConfig)
                .map(test -> new EvaluationTest(
                        test.getString("name"),
                        ValueType.constant(EvaluationTest.Kind.class, test.getString("kind")),
                        test.getString("path")))
                .toList();
        boolean heldOut = new SourceKeys(values, "evaluation.data").isSet();
        return new EvaluationSettings(
                config.getInt("evaluation.every-steps"), heldOut ? source("evaluation.data") : null, tests);
    }

    private int limit(String path) {
        return config.hasPath(path) ? config.getInt(path) : TextSettings.UNLIMITED;
    }

    private @Nullable String optional(String path) {
        return values.value(path).map(ValueType::text).orElse(null);
    }

    private <E extends Enum<E>> E one(Class<E> type, String path) {
        return ValueType.constant(type, config.getString(path));
    }
}
