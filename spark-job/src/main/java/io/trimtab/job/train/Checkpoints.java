package io.trimtab.job.train;

import io.trimtab.merge.MergedUpdate;

/** Where a run's state is kept. */
public interface Checkpoints {

    /** Saves this rank's share; every rank enters, and when it returns on one the checkpoint of all exists or will be refused by readers. */
    void save(TrainingState state, MergedUpdate update);
}
