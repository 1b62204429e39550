package io.trimtab.job.config;

import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.ScheduleName;
import java.io.Serializable;

/** AdamW and the shape of its learning rate; the schedule needs the number of planned steps, known after the data are read. */
public record OptimizerSettings(
        AdamWSettings adamW, ScheduleName schedule, long warmupSteps, double minLearningRateRatio)
        implements Serializable {

    public LearningRateSchedule scheduleOver(long plannedSteps) {
        return new LearningRateSchedule(schedule, warmupSteps, plannedSteps, minLearningRateRatio);
    }
}
