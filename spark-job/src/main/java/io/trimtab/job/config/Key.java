package io.trimtab.job.config;

import static io.trimtab.job.config.GroupTypes.columns;
import static io.trimtab.job.config.ValueType.above;
import static io.trimtab.job.config.ValueType.aboveUpTo;
import static io.trimtab.job.config.ValueType.atLeast;
import static io.trimtab.job.config.ValueType.between;
import static io.trimtab.job.config.ValueType.bool;
import static io.trimtab.job.config.ValueType.choice;
import static io.trimtab.job.config.ValueType.choiceOrAuto;
import static io.trimtab.job.config.ValueType.duration;
import static io.trimtab.job.config.ValueType.finite;
import static io.trimtab.job.config.ValueType.fromBelow;
import static io.trimtab.job.config.ValueType.limit;
import static io.trimtab.job.config.ValueType.oneOrMore;
import static io.trimtab.job.config.ValueType.patterns;
import static io.trimtab.job.config.ValueType.seed;
import static io.trimtab.job.config.ValueType.text;
import static io.trimtab.job.config.ValueType.timeout;
import static io.trimtab.job.config.ValueType.whole;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.rows.Columns;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.PairPolicy;
import io.trimtab.data.rows.RowShape;
import io.trimtab.data.tokens.BoundaryPolicy;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.SpecialTokenPolicy;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.DecayPlace;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.EpsilonPlacement;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.ScheduleName;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.settings.TauMask;
import io.trimtab.merge.settings.Vote;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.weights.WeightType;
import java.util.List;
import java.util.Set;

/**
 * One key of the configuration: what it accepts and who uses it. {@code reference.conf} says what it means; a test holds the two
 * together.
 *
 * @param path without the root
 */
record Key(String path, ValueType type, Use use) {
    /** The rest of TRL's names, so that a config moved over from there is told "later" and not "unknown". */
    private static final List<String> LATER_LOSSES = List.of(
            "hinge",
            "ipo",
            "exo_pair",
            "nca_pair",
            "robust",
            "bco_pair",
            "sppo_hard",
            "aot",
            "aot_unpaired",
            "aot_pair",
            "apo_zero",
            "apo_down",
            "apo_zero_unpaired",
            "discopop",
            "sigmoid_norm",
            "kto_pair",
            "simpo",
            "orpo",
            "cpo");

    private static final String[] LATER_FORMATS = {"orc", "avro", "text", "hudi"};

    /** Change how a run is computed or what it hands on, but not what is trained. */
    private static final Set<String> NOT_IDENTITY = Set.of(
            "training.micro-batch-tokens",
            "model.activation-checkpointing",
            "model.device",
            "data.max-rejected-share",
            "merge.ema-export");

    private static final Set<String> IDENTITY_GROUPS =
            Set.of("model", "data", "loss", "optimizer", "merge", "training");

    /** May be lists, but not groups. */
    private static final Set<String> LISTS = Set.of(
            "optimizer.decay-exclude",
            "merge.density",
            "merge.alpha",
            "merge.include-tensors",
            "merge.exclude-tensors");

    /** In the order of reference.conf. */
    static final List<Key> ALL = List.of(
            key("run-directory", text()),
            key("run-id", text()),
            key("tables-directory", text()),
            key("model.policy", text()),
            key("model.base", text()),
            key("model.reference", text(), Use.preferences()),
            key("model.initialize", text()),
            key("model.precision", choice(List.of("fp32", "bf16"), List.of("fp16", "fp64"))),
            key("model.activation-checkpointing", ActivationCheckpointing::problem),
            key("model.device", choice(DeviceChoice.class)),
            key("data.train.format", choice(DataFormat.class, LATER_FORMATS)),
            key("data.train.path", text()),
            key("data.train.table", text()),
            key("data.train.query", SourceKeys.query()),
            key("data.train.options", GroupTypes.options()),
            key("data.train.columns", columns(Columns.NAMES)),
            key("data.train.shape", choiceOrAuto(RowShape.class)),
            key("data.pairs", choice(PairPolicy.class), Use.stage(TrainingStage.DPO)),
            key("data.score-margin", atLeast(0), Use.preferences()),
            key("data.score-threshold", finite(), Use.stage(TrainingStage.KTO)),
            key("data.order", choice(BatchOrder.class)),
            key("data.max-length", whole(2, Integer.MAX_VALUE)),
            key("data.max-prompt-length", whole(1, Integer.MAX_VALUE)),
            key("data.max-completion-length", whole(1, Integer.MAX_VALUE)),
            key("data.over-length", choice(OverLength.class)),
            key("data.boundary-token", choice(BoundaryPolicy.class)),
            key("data.special-tokens", choice(SpecialTokenPolicy.class)),
            key("data.append-eos", bool()),
            key("data.chat-template", text()),
            key("data.max-rejected-share", between(0, 1)),
            key("loss.name", choice(List.of("sigmoid", "kto", "sft"), LATER_LOSSES)),
            key("loss.beta", above(0), Use.losses("sigmoid", "kto")),
            key("loss.label-smoothing", fromBelow(0, 0.5), Use.losses("sigmoid")),
            key("loss.desirable-weight", above(0), Use.losses("kto")),
            key("loss.undesirable-weight", above(0), Use.losses("kto")),
            key("optimizer.learning-rate", atLeast(0)),
            key("optimizer.beta1", fromBelow(0, 1)),
            key("optimizer.beta2", fromBelow(0, 1)),
            key("optimizer.epsilon", above(0)),
            key("optimizer.weight-decay", atLeast(0)),
            key("optimizer.decay-exclude", patterns()),
            key("optimizer.max-gradient-norm", atLeast(0)),
            key("optimizer.schedule", choice(ScheduleName.class)),
            key("optimizer.warmup-steps", whole(0, Long.MAX_VALUE)),
            key("optimizer.min-learning-rate-ratio", between(0, 1)),
            key("merge.rule", choice(MergeRuleName.class), Use.mergeRule()),
            key("merge.semantics", choice(Semantics.class), Use.mergeRules()),
            key("merge.density", oneOrMore(aboveUpTo(0, 1)), Use.sparsifyingRules()),
            key("merge.alpha", oneOrMore(between(0, 1)), Use.mergeRules()),
            key("merge.alpha-schedule", choice(AlphaSchedule.Name.class), Use.mergeRules()),
            key("merge.alpha-warmup-steps", whole(0, Long.MAX_VALUE), Use.alphaCurve()),
            key("merge.min-alpha-ratio", between(0, 1), Use.alphaCurve()),
            key("merge.include-tensors", patterns(), Use.sparsifyingRules()),
            key("merge.exclude-tensors", patterns(), Use.sparsifyingRules()),
            key("merge.interval", whole(1, Integer.MAX_VALUE), Use.mergeRules()),
            key("merge.rescale", choice(Rescale.class), Use.mergeRules()),
            key("merge.tau-mask", choice(TauMask.class), Use.rule(MergeRuleName.ON_DARE)),
            key("merge.tau-clip", atLeast(0), Use.mergeRules()),
            key("merge.vote", choice(Vote.class), Use.rule(MergeRuleName.ON_TIES)),
            key("merge.epsilon-placement", choice(EpsilonPlacement.class), Use.preferences()),
            key("merge.decay", choice(DecayPlace.class), Use.preferences()),
            key("merge.ema-decay", fromBelow(0, 1), Use.rule(MergeRuleName.EMA)),
            key("merge.ema-export", choice(EmaSettings.Export.class), Use.rule(MergeRuleName.EMA)),
            key("merge.mismatch", choice(BaseMismatch.class), Use.mergeRules()),
            key("merge.seed", seed(), Use.rules(MergeRuleName::draws, "merge rules on-dare and childtuning use it")),
            key("training.stage", choice(TrainingStage.class)),
            key("training.global-batch-size", whole(1, Integer.MAX_VALUE)),
            key("training.micro-batch-tokens", whole(1, Integer.MAX_VALUE)),
            key("training.epochs", whole(1, Integer.MAX_VALUE)),
            key("training.max-steps", limit()),
            key("training.seed", seed()),
            key("cluster.ranks", whole(1, 4096)),
            key("cluster.max-restarts", whole(0, Integer.MAX_VALUE)),
            key("cluster.executor-wait", duration()),
            key("cluster.local-directory", text()),
            key("cluster.threads-per-rank", whole(0, 4096)),
            key("cluster.barrier-timeout", timeout()),
            key("cluster.idle-timeout", timeout()),
            key("cluster.stop-grace", duration()),
            key("cluster.port-range", ValueType.portRange()),
            key("cluster.spark", GroupTypes.sparkSettings()),
            key("checkpoint.every-steps", whole(0, Integer.MAX_VALUE)),
            key("checkpoint.every-minutes", atLeast(0)),
            key("checkpoint.keep-last", whole(1, Integer.MAX_VALUE)),
            key("checkpoint.export-precision", choice(WeightType.class)),
            key("evaluation.every-steps", whole(0, Integer.MAX_VALUE)),
            key("evaluation.data.format", choice(DataFormat.class, LATER_FORMATS)),
            key("evaluation.data.path", text()),
            key("evaluation.data.table", text()),
            key("evaluation.data.query", SourceKeys.query()),
            key("evaluation.data.options", GroupTypes.options()),
            key("evaluation.data.columns", columns(Columns.NAMES)),
            key("evaluation.data.shape", choiceOrAuto(RowShape.class)),
            key("evaluation.tests", GroupTypes.tests()),
            key("metrics.console-interval", duration()),
            key("metrics.tensorboard", bool()));

    static final List<String> PATHS = ALL.stream().map(Key::path).toList();

    /** Whether the key, known or not, takes no more than one value: then braces in it are text, as those of a chat template. */
    static boolean isScalar(String path) {
        return PATHS.contains(path)
                && !LISTS.contains(path)
                && !path.endsWith(".columns")
                && !path.endsWith(".options")
                && !path.equals("cluster.spark")
                && !path.equals("evaluation.tests");
    }

    boolean isIdentity() {
        return IDENTITY_GROUPS.contains(path.substring(0, Math.max(0, path.indexOf('.'))))
                && !NOT_IDENTITY.contains(path);
    }

    private static Key key(String path, ValueType type) {
        return new Key(path, type, Use.ALWAYS);
    }

    private static Key key(String path, ValueType type, Use use) {
        return new Key(path, type, use);
    }
}
