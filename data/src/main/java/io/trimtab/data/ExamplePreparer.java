package io.trimtab.data;

import java.nio.file.Path;
import java.util.Map;

/** From a row to an example: the one entry for whoever reads tables. One per task; not thread safe. */
public final class ExamplePreparer implements AutoCloseable {
    private ExamplePreparer() {}

    /**
     * @param tokenizerFolder local folder with tokenizer.json and its companions
     * @param columns Trimtab's column name to the table's
     * @param maxPositions the model's positions; a longer {@code maxLength} is lowered to it
     * @throws DataException if the tokenizer or the chat template cannot be used
     */
    public static ExamplePreparer open(
            Path tokenizerFolder,
            TrainingStage stage,
            Map<String, String> columns,
            TextSettings settings,
            int maxPositions) {
        throw new UnsupportedOperationException("Not written yet");
    }

    public RowOutcome prepare(RawRow row) {
        throw new UnsupportedOperationException("Not written yet");
    }

    @Override
    public void close() {}
}
