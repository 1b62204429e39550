package io.trimtab.job.config;

import io.trimtab.data.DataSource;
import io.trimtab.data.TextSettings;
import io.trimtab.data.plan.BatchOrder;
import java.io.Serializable;

/** The training table and how its rows become batches; {@code maxRejectedShare} of the rows read may be rejected, in [0, 1]. */
public record DataSettings(DataSource train, BatchOrder order, TextSettings text, double maxRejectedShare)
        implements Serializable {}
