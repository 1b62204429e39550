package io.trimtab.job.spark;

import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Path;

/** Loads a model for an executor's task. */
final class RankPolicy {
    private RankPolicy() {}

    static Policy load(Path folder, PolicyOptions options) {
        try (ModelFolder opened = ModelFolder.open(folder)) {
            return Policy.load(opened, options);
        }
    }
}
