package io.trimtab.job.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.trimtab.data.rows.RowShape;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Everything that can be wrong with a configuration by itself, found in one pass so that its user mends it in one. */
final class Checks {
    /** Keys that may be null: their absence says something. */
    private static final Set<String> OPTIONAL = Set.of(
            "run-id",
            "model.policy",
            "model.base",
            "model.reference",
            "model.initialize",
            "data.train.path",
            "data.train.table",
            "data.train.query",
            "data.chat-template",
            "data.max-prompt-length",
            "data.max-completion-length",
            "data.score-threshold",
            "loss.name",
            "merge.rescale",
            "merge.tau-mask",
            "merge.tau-clip",
            "merge.vote",
            "merge.epsilon-placement",
            "merge.decay",
            "cluster.local-directory",
            "cluster.port-range",
            "checkpoint.export-precision",
            "evaluation.data.path",
            "evaluation.data.table",
            "evaluation.data.query");

    private final Values values;
    private final SettingsReader settings;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> wrong = new HashSet<>();

    private Checks(Values values) {
        this.values = values;
        this.settings = new SettingsReader(values);
    }

    /** All problems, each with its place. */
    static List<String> problems(Values values) {
        Checks checks = ofEach(values);
        checks.relations();
        return checks.problems;
    }

    /** The same where the values are no whole configuration: unknown keys, and values that do not fit theirs. */
    static List<String> problemsOfEach(Values values) {
        return ofEach(values).problems;
    }

    private static Checks ofEach(Values values) {
        Checks checks = new Checks(values);
        checks.problems.addAll(UnknownKeys.of(values));
        Key.ALL.forEach(checks::type);
        return checks;
    }

    /** One line that names every key of the user's that has no effect, or none. */
    static List<String> warnings(Values values, Use.Chosen chosen) {
        List<String> warnings = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        for (Key key : Key.ALL) {
            if (values.isOwn(key.path())) {
                key.use()
                        .ignoredBecause(chosen)
                        .ifPresent(reason -> ignored.add(Names.ROOT + "." + key.path() + " ("
                                + values.origin(key.path()) + "; " + reason + ")"));
            }
        }
        if (!ignored.isEmpty()) {
            warnings.add("Ignored: " + String.join(", ", ignored));
        }
        if (!values.text("evaluation.every-steps").equals("0") && !new SourceKeys(values, "evaluation.data").isSet()) {
            warnings.add("trimtab.evaluation.every-steps (" + values.origin("evaluation.every-steps")
                    + "): evaluation.data is not set, so nothing is measured while training"
                    + (chosen.prefers() ? "; only the figures of each layer are written at these steps" : ""));
        }
        return warnings;
    }

    private void type(Key key) {
        Optional<ConfigValue> value = values.value(key.path());
        if (value.isEmpty()) {
            if (!OPTIONAL.contains(key.path()) && !isInsideScalar(key.path())) {
                wrong.add(key.path());
                problems.add(Names.ROOT + "." + key.path() + ": must be set, null is not a value for it");
            }
            return;
        }
        key.type().problem(value.get()).ifPresent(problem -> {
            if (values.isOwn(key.path())) {
                refuse(key.path(), problem);
            } else {
                wrong.add(key.path()); // by substitution from a key that is refused itself
            }
        });
    }

    /** The group itself has another type; that problem is told already. */
    private boolean isInsideScalar(String path) {
        int dot = path.lastIndexOf('.');
        return dot > 0
                && values.value(path.substring(0, dot)).map(ValueType::isScalar).orElse(true);
    }

    private void relations() {
        source("data.train");
        if (new SourceKeys(values, "evaluation.data").isSet()) {
            source("evaluation.data");
        }
        tests();
        models();
        if (isSound("training.stage", "loss.name")) {
            loss();
        }
        for (String path : List.of("data.train.shape", "evaluation.data.shape")) {
            if (isSound("training.stage", path)) {
                shape(path);
            }
        }
        if (isSound("training.stage")
                && wrong.stream().noneMatch(path -> path.startsWith("merge."))
                && settings.prefers()) {
            merging();
        }
    }

    private void source(String group) {
        if (wrong.stream().anyMatch(path -> path.startsWith(group + "."))) {
            return;
        }
        new SourceKeys(values, group).problem().ifPresent(problem -> {
            if (values.value(problem.path()).isEmpty()) {
                problems.add(Names.ROOT + "." + problem.path() + ": is not set; " + problem.text());
            } else {
                refuse(problem.path(), problem.text());
            }
        });
    }

    /** Rows of evaluation.data are a test of their own in evaluation.json. */
    private void tests() {
        if (!isSound("training.stage", "evaluation.tests") || !new SourceKeys(values, "evaluation.data").isSet()) {
            return;
        }
        Optional<String> taken = EvaluationSettings.heldOutTest(settings.stage());
        values.items("evaluation.tests").stream()
                .map(test -> ValueType.text(((ConfigObject) test).getOrDefault("name", test)))
                .filter(name -> taken.filter(name::equals).isPresent())
                .findFirst()
                .ifPresent(name -> refuse(
                        "evaluation.tests",
                        "has a test '" + name + "', which is the name of evaluation.data's figure; take another one"));
    }

    private void models() {
        boolean initialized = values.value("model.initialize").isPresent();
        if (!initialized && values.value("model.policy").isEmpty()) {
            missing(
                    "model.policy",
                    "the folder where training starts (or model.initialize, to start from drawn weights)");
        }
        if (!initialized) {
            return;
        }
        for (String path : List.of("model.policy", "model.reference", "model.base")) {
            if (values.isOwn(path)) {
                refuse(path, "cannot stand beside model.initialize, which draws the weights; remove one of them");
            }
        }
        if (isSound("training.stage") && settings.prefers()) {
            refuse(
                    "model.initialize",
                    "stage " + values.text("training.stage")
                            + " needs a trained policy and reference; set model.policy, or training.stage = pretrain");
        }
    }

    private void loss() {
        String stage = values.text("training.stage");
        String needed = settings.lossName();
        values.value("loss.name")
                .map(ValueType::text)
                .filter(name -> !name.equals(needed))
                .ifPresent(name -> refuse(
                        "loss.name",
                        "does not fit training.stage = " + stage + ", whose loss is " + needed
                                + "; remove the line, or change the stage"));
    }

    private void shape(String path) {
        String shape = values.text(path);
        List<String> taken =
                RowShape.of(settings.stage()).stream().map(ValueType::name).toList();
        if (!shape.equals(ValueType.AUTO) && !taken.contains(shape)) {
            refuse(
                    path,
                    "does not fit training.stage = " + values.text("training.stage") + ", which takes auto, "
                            + String.join(", ", taken));
        }
    }

    private void merging() {
        if (settings.merging().rule() == MergeRuleName.ON_TIES
                && values.text("merge.rescale").equals("inverse-density")) {
            refuse("merge.rescale", "belongs to merge.rule = on-dare; on-ties has none and l1");
            return;
        }
        MergeSettings merge = settings.merge();
        if (merge.usesSftDelta() && values.value("model.base").isEmpty()) {
            missing(
                    "model.base",
                    "the model before SFT, because merge.rule = " + values.text("merge.rule")
                            + " merges with policy minus base; set it, or merge.rule = none");
        }
    }

    private boolean isSound(String... paths) {
        return wrong.stream().noneMatch(List.of(paths)::contains);
    }

    private void missing(String path, String what) {
        problems.add(Names.ROOT + "." + path + ": is not set; it names " + what);
    }

    private void refuse(String path, String problem) {
        wrong.add(path);
        ConfigValue value = values.value(path).orElseThrow();
        String shown = ValueType.isScalar(value) ? " = " + Redaction.ofText(ValueType.text(value)) : "";
        problems.add(values.origin(path) + ": " + Names.ROOT + "." + path + shown + ": " + problem);
    }
}
