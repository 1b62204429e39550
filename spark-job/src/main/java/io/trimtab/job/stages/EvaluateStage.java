package io.trimtab.job.stages;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.config.EvaluationSettings;
import io.trimtab.job.config.EvaluationTest;
import io.trimtab.job.config.ModelSettings;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.job.spark.score.Evaluations;
import io.trimtab.job.spark.score.Evaluations.Measure;
import io.trimtab.model.evaluate.Score;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the tests with base, SFT model and the exported policy, and writes the figures side by side to evaluation.json. */
final class EvaluateStage {
    private static final String HELD_OUT = "evaluation.data";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Workplace workplace;

    EvaluateStage(Workplace workplace) {
        this.workplace = workplace;
    }

    /** Whether the configuration names anything to measure. */
    boolean isAsked() {
        TrimtabConfig config = workplace.config();
        return !config.evaluation().tests().isEmpty() || heldOut() != null;
    }

    /** For the console, where nothing is asked. */
    String whyNothing() {
        return workplace.config().evaluation().data() == null
                ? "neither evaluation.data nor evaluation.tests is set, nothing to measure"
                : "labelled rows of evaluation.data are measured while training (evaluation.every-steps);"
                        + " no evaluation.tests is set, nothing to measure here";
    }

    /** KTO's rows have no pair to be told apart; they are measured while training. */
    private @Nullable DataSource heldOut() {
        return workplace.config().training().stage() == TrainingStage.KTO
                ? null
                : workplace.config().evaluation().data();
    }

    boolean isDone(String exported) {
        return workplace
                .state()
                .isDone(RunStage.EVALUATE, mark(exported), workplace.directory().evaluation());
    }

    private String mark(String exported) {
        return exported + " " + workplace.config().evaluation().data() + " "
                + workplace.config().evaluation().tests() + " " + models().keySet();
    }

    /** Before hours of training, not after them: a test that cannot be read or used is refused. */
    void prepare() {
        tests();
    }

    /** @param exported the mark of the export that is measured */
    void run(String exported) {
        List<Evaluations.Test> tests = tests();
        Evaluations evaluations = evaluations();
        Map<String, Map<String, Score>> scores = new LinkedHashMap<>();
        models().forEach((name, folder) -> {
            workplace.cancellation().throwIfRequested();
            Map<String, Score> taken = evaluations.evaluate(name, folder, tests);
            scores.put(name, taken);
            workplace.console().say("  " + name + line(taken));
        });
        write(scores);
        workplace.state().done(RunStage.EVALUATE, mark(exported));
    }

    private static String line(Map<String, Score> scores) {
        StringBuilder line = new StringBuilder();
        scores.forEach((test, score) -> line.append(
                String.format(java.util.Locale.ROOT, "  %s %.4f (n %d)", test, score.value(), score.count())));
        return line.toString();
    }

    /** Models by their names in evaluation.json, in the order of their making. */
    private Map<String, String> models() {
        ModelSettings model = workplace.config().model();
        Map<String, String> models = new LinkedHashMap<>();
        boolean aligns = ScoreStage.isNeeded(workplace.config().training().stage());
        put(models, "base", model.base() == null && !aligns ? model.policy() : model.base());
        put(models, "sft", aligns ? model.policy() : null);
        put(models, "policy", workplace.directory().model().toString());
        return models;
    }

    private static void put(Map<String, String> models, String name, @Nullable String folder) {
        if (folder != null) {
            models.put(name, folder);
        }
    }

    private List<Evaluations.Test> tests() {
        List<Evaluations.Test> tests = new ArrayList<>();
        DataSource held = heldOut();
        TrainingStage stage = workplace.config().training().stage();
        if (held != null) {
            tests.add(new Evaluations.Test(
                    EvaluationSettings.heldOutTest(stage).orElseThrow(),
                    prepared(held, HELD_OUT, stage),
                    stage == TrainingStage.DPO ? Measure.CHOICE : Measure.LOG_PROB));
        }
        for (EvaluationTest test : workplace.config().evaluation().tests()) {
            tests.add(test(test));
        }
        return tests;
    }

    private Evaluations.Test test(EvaluationTest test) {
        DataSource source = new DataSource(DataFormat.JSON, test.path(), Map.of());
        String key = "evaluation.tests." + test.name();
        return switch (test.kind()) {
            case EXACT_MATCH ->
                new Evaluations.Test(test.name(), prepared(source, key, TrainingStage.SFT), Measure.EXACT_MATCH);
            case MULTIPLE_CHOICE ->
                new Evaluations.Test(test.name(), prepared(source, key, TrainingStage.DPO), Measure.CHOICE);
            case LOG_PROB ->
                new Evaluations.Test(test.name(), prepared(source, key, TrainingStage.SFT), Measure.LOG_PROB);
        };
    }

    private PreparedTable prepared(DataSource source, String key, TrainingStage stage) {
        PreparedTable table = workplace.prepare(source, key, stage);
        table.report()
                .requireMeasurable(key, source, stage, workplace.config().data().maxRejectedShare());
        return table;
    }

    private Evaluations evaluations() {
        return new Evaluations(
                workplace.session().get(), workplace.hadoop(), workplace.config(), workplace.console()::say);
    }

    private void write(Map<String, Map<String, Score>> scores) {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode models = root.putObject("models");
        scores.forEach((model, tests) -> {
            ObjectNode taken = models.putObject(model);
            tests.forEach((test, score) ->
                    taken.putObject(test).put("value", score.value()).put("n", score.count()));
        });
        try {
            workplace
                    .directory()
                    .storage()
                    .replace(
                            workplace.directory().evaluation(),
                            JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot write " + workplace.directory().evaluation(), e);
        }
    }
}
