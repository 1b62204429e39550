package io.trimtab.job.spark.prepare;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.tokens.TextSettings;
import java.io.Serializable;

/**
 * A table to be made into examples.
 *
 * @param key the configuration key that names the table, for messages
 * @param tokenizerFolder folder with tokenizer.json and config.json, on any file system
 * @param seed decides KTO's mismatched completions, nothing else
 */
public record PreparationRequest(
        DataSource source, String key, TrainingStage stage, TextSettings text, String tokenizerFolder, long seed)
        implements Serializable {
    PreparationRequest withText(TextSettings other) {
        return new PreparationRequest(source, key, stage, other, tokenizerFolder, seed);
    }
}
