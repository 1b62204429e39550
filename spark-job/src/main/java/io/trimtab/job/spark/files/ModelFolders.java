package io.trimtab.job.spark.files;

import io.trimtab.job.config.ModelSettings;
import io.trimtab.job.config.RefusedException;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Which folder of {@code model { }} serves what. */
public final class ModelFolders {
    private ModelFolders() {}

    /** The folder with the tokenizer and config.json: the policy's, or the one that fresh weights are described in. */
    public static String words(ModelSettings model) {
        String initialize = model.initialize();
        return initialize != null ? parent(initialize) : required(model.policy(), "model.policy");
    }

    public static String parent(String file) {
        Path parent = new Path(file).getParent();
        return parent == null ? "." : parent.toString().isEmpty() ? "." : parent.toString();
    }

    public static String name(String file) {
        return new Path(file).getName();
    }

    public static String required(@Nullable String folder, String key) {
        if (folder == null) {
            throw new RefusedException(
                    "Cannot go on without " + key + ": set it to a model folder in Hugging Face layout");
        }
        return folder;
    }
}
