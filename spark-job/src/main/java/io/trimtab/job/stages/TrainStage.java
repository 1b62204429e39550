package io.trimtab.job.stages;

import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.config.TrainingSettings;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.RunMemory;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.job.spark.ranks.Segments;
import io.trimtab.job.spark.score.ReferenceTable;
import io.trimtab.job.spark.shards.ShardPlan;
import io.trimtab.job.spark.shards.Sharding;
import io.trimtab.job.train.MemoryPlan;
import java.util.OptionalLong;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/** Shards, then the barrier stage until the last step. */
final class TrainStage {
    private static final int EVALUATION_ROWS_PER_STEP = 256;

    private final Workplace workplace;

    TrainStage(Workplace workplace) {
        this.workplace = workplace;
    }

    /** The last step was trained, and what it left is still there: its checkpoint, or its model. */
    boolean isDone() {
        OptionalLong last = lastStep();
        return last.isPresent()
                && (workplace
                                .checkpoints()
                                .newest()
                                .filter(newest -> newest.step() == last.getAsLong())
                                .isPresent()
                        || new ExportStage(workplace).hasExported(last.getAsLong()));
    }

    /** Of a run that was trained to its end. */
    OptionalLong lastStep() {
        String step = workplace.state().mark(RunStage.TRAIN);
        return step.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(step));
    }

    /** Prepares and scores what is missing, then trains; returns when the last step is saved. */
    void run() {
        TrimtabConfig config = workplace.config();
        PreparedTable table = new PrepareStage(workplace).run();
        ReferenceTable references = new ScoreStage(workplace).run(table).orElse(null);
        TrainingSettings training = config.training();
        ShardPlan shards = sharding()
                .shard(
                        table,
                        references,
                        new Sharding.Schedule(
                                training.globalBatchSize(),
                                training.epochs(),
                                training.maxSteps(),
                                training.seed(),
                                config.data().order()));
        ShardPlan evaluation = evaluation();
        SparkConf conf = workplace.session().get().sparkContext().getConf();
        MemoryPlan.Decision memory =
                RunMemory.of(config, workplace.folders(), conf).decide(conf, shards, table.report());
        workplace.console().say(memory.line());
        workplace.cancellation().throwIfRequested();
        Segments segments = new Segments(
                workplace.session().get(),
                workplace.hadoop(),
                config,
                workplace.attempt(),
                workplace.cancellation(),
                workplace.console()::say);
        long step = workplace
                .cancellation()
                .stopsByItself(() -> segments.train(shards, evaluation, memory, workplace.console()::metrics));
        if (step < shards.steps()) {
            workplace.cancellation().throwIfRequested();
            throw new IllegalStateException("Training ended after step " + step + " of " + shards.steps());
        }
        workplace.state().done(RunStage.TRAIN, Long.toString(step));
    }

    private Sharding sharding() {
        return new Sharding(
                workplace.session().get(),
                workplace.hadoop(),
                workplace.config().tablesDirectory(),
                workplace.console()::say);
    }

    private @Nullable ShardPlan evaluation() {
        TrimtabConfig config = workplace.config();
        DataSource held = config.evaluation().data();
        if (held == null || config.evaluation().everySteps() == 0) {
            return null;
        }
        PreparedTable table =
                workplace.prepare(held, "evaluation.data", config.training().stage());
        table.report()
                .requireMeasurable(
                        "evaluation.data",
                        held,
                        config.training().stage(),
                        config.data().maxRejectedShare());
        ReferenceTable references = new ScoreStage(workplace).run(table).orElse(null);
        return sharding()
                .shard(
                        table,
                        references,
                        new Sharding.Schedule(EVALUATION_ROWS_PER_STEP, 1, -1, 0, BatchOrder.AS_GIVEN));
    }
}
