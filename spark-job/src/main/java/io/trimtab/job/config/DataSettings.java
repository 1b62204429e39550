package io.trimtab.job.config;

import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.tokens.TextSettings;
import java.io.Serializable;

/** The training table and how its rows become batches; {@code maxRejectedShare} of the rows read may be rejected, in [0, 1]. */
public record DataSettings(DataSource train, BatchOrder order, TextSettings text, double maxRejectedShare)
        implements Serializable {}
