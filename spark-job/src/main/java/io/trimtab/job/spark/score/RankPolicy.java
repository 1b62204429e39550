package io.trimtab.job.spark.score;

import io.trimtab.job.spark.cluster.TaskDevice;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Path;

/** Loads a model for an executor's task. */
public final class RankPolicy {
    private RankPolicy() {}

    /** On the device that is this task's. */
    static Policy load(Path folder, PolicyOptions options, DeviceChoice device) {
        return load(folder, options.on(TaskDevice.of(device).device()));
    }

    public static Policy load(Path folder, PolicyOptions options) {
        try (ModelFolder opened = ModelFolder.open(folder)) {
            return Policy.load(opened, options);
        }
    }
}
