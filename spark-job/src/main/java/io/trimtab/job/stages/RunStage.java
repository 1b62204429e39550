package io.trimtab.job.stages;

/** What a command is asked to do with a run. */
public enum RunStage {
    PREPARE,
    SCORE,
    TRAIN,
    EVALUATE,
    EXPORT,
    REPORT,
    /** Everything in order; finished stages are skipped. */
    ALL
}
