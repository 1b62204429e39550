package io.trimtab.job.spark.cluster;

import io.trimtab.data.DataException;
import io.trimtab.data.chat.TemplateException;
import io.trimtab.job.checkpoint.CheckpointException;
import io.trimtab.merge.NoChangeException;
import io.trimtab.merge.offline.MergeException;
import io.trimtab.merge.rule.UnusableWeightsException;
import io.trimtab.merge.settings.StateMismatchException;
import io.trimtab.model.engine.DeviceException;
import io.trimtab.model.weights.ModelFolderException;

/**
 * The exceptions of lower rooms, which know no exit codes, that another attempt cannot mend: configuration, data or models must be
 * changed. Ranks and the command ask the same list.
 */
public final class Refusals {
    private Refusals() {}

    /** Whether the exception itself is one; its causes are not looked at. */
    public static boolean include(Throwable failure) {
        return failure instanceof DataException
                || failure instanceof TemplateException
                || failure instanceof ModelFolderException
                || failure instanceof DeviceException
                || failure instanceof CheckpointException
                || failure instanceof MergeException
                || failure instanceof NoChangeException
                || failure instanceof StateMismatchException
                || failure instanceof UnusableWeightsException;
    }
}
