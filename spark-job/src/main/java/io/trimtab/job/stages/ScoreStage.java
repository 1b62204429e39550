package io.trimtab.job.stages;

import io.trimtab.data.TrainingStage;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.files.ModelFolders;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.job.spark.score.ReferenceTable;
import io.trimtab.job.spark.score.Scoring;
import java.util.Optional;

/** The frozen reference's log-probs of a prepared table; nothing for the stages that have no reference. */
final class ScoreStage {
    private final Workplace workplace;

    ScoreStage(Workplace workplace) {
        this.workplace = workplace;
    }

    static boolean isNeeded(TrainingStage stage) {
        return switch (stage) {
            case DPO, KTO -> true;
            case SFT, PRETRAIN -> false;
        };
    }

    Optional<ReferenceTable> run(PreparedTable table) {
        TrimtabConfig config = workplace.config();
        if (!isNeeded(config.training().stage())) {
            return Optional.empty();
        }
        Scoring scoring = new Scoring(workplace.session().get(), workplace.hadoop(), config, workplace.console()::say);
        return Optional.of(
                scoring.score(table, ModelFolders.required(config.model().reference(), "model.reference")));
    }
}
