package io.trimtab.job.spark.score;

import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Path;

/** Loads a model for an executor's task. */
public final class RankPolicy {
    private RankPolicy() {}

    public static Policy load(Path folder, PolicyOptions options) {
        try (ModelFolder opened = ModelFolder.open(folder)) {
            return Policy.load(opened, options);
        }
    }
}
