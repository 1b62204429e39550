package io.trimtab.job.stages;

import io.trimtab.job.checkpoint.Checkpoint;
import io.trimtab.job.checkpoint.RunAttempt;
import io.trimtab.job.checkpoint.RunResult;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.spark.prepare.PreparedTable;
import java.util.Map;
import java.util.Optional;

/** The stages of a run in their order. */
final class Stages {
    private final Workplace workplace;
    private final TrainStage train;
    private final ExportStage export;
    private final EvaluateStage evaluate;

    Stages(Workplace workplace) {
        this.workplace = workplace;
        this.train = new TrainStage(workplace);
        this.export = new ExportStage(workplace);
        this.evaluate = new EvaluateStage(workplace);
    }

    /** Whether anything was left to do. */
    boolean run(RunStage what) {
        return switch (what) {
            case PREPARE -> prepare();
            case SCORE -> score();
            case TRAIN -> train();
            case EVALUATE -> exportAndEvaluate();
            case EXPORT -> export();
            case REPORT -> report();
            case ALL -> all();
        };
    }

    private boolean all() {
        if (!train.isDone() && evaluate.isAsked()) {
            evaluate.prepare();
        }
        boolean worked = train();
        worked |= exportAndEvaluate();
        boolean reported =
                workplace.directory().storage().exists(workplace.directory().report());
        return (worked || !reported) && report();
    }

    private boolean exportAndEvaluate() {
        boolean exported = export();
        boolean evaluated = evaluate();
        return exported || evaluated;
    }

    private boolean prepare() {
        new PrepareStage(workplace).run();
        return true;
    }

    private boolean score() {
        PreparedTable table = new PrepareStage(workplace).run();
        if (new ScoreStage(workplace).run(table).isEmpty()) {
            workplace.console().say("score: this stage of training has no reference model");
        }
        return true;
    }

    private boolean train() {
        if (train.isDone()) {
            return false;
        }
        train.run();
        return true;
    }

    private boolean export() {
        long step = train.lastStep()
                .orElseGet(() ->
                        workplace.checkpoints().newest().map(Checkpoint::step).orElse(0L));
        if (export.isDone(step)) {
            return false;
        }
        export.run(train.lastStep());
        return true;
    }

    private boolean evaluate() {
        if (!evaluate.isAsked()) {
            workplace.console().say("evaluate: " + evaluate.whyNothing());
            return false;
        }
        if (evaluate.isDone(export.mark())) {
            return false;
        }
        evaluate.run(export.mark());
        workplace.checkpoints().newest().ifPresent(newest -> ModelCard.write(workplace, newest.step()));
        return true;
    }

    /** A run that was trained to its end is done, whatever was looked at since; of another one the command before tells how it ended. */
    private Optional<byte[]> result() {
        RunAttempt attempt = workplace.attempt();
        return train.isDone() ? Optional.of(attempt.json(RunResult.done(Map.of()))) : attempt.before();
    }

    private boolean report() {
        ReportStage report = new ReportStage(workplace.directory());
        report.run(result());
        workplace
                .console()
                .say("report: " + Shown.path(workplace.directory().report())
                        + (report.isOfTraining() ? "" : ", without a training step: nothing is trained here yet"));
        return true;
    }
}
