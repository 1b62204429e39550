package io.trimtab.job.stages;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.checkpoint.Storage;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;

/**
 * Which stages of a run are finished and with what: {@code stages.json}. A stage is skipped where its mark and its output are there; the
 * mark names what the output was made from, e.g. the step.
 */
final class RunState {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> MARKS = new TypeReference<>() {};

    private final Storage storage;
    private final Path file;
    private final Map<String, String> marks;

    private RunState(Storage storage, Path file, Map<String, String> marks) {
        this.storage = storage;
        this.file = file;
        this.marks = marks;
    }

    static RunState read(RunDirectory directory) {
        Path file = new Path(directory.root(), "stages.json");
        Map<String, String> marks = new TreeMap<>();
        directory.storage().read(file).ifPresent(bytes -> marks.putAll(parse(file, bytes)));
        return new RunState(directory.storage(), file, marks);
    }

    private static Map<String, String> parse(Path file, byte[] bytes) {
        try {
            return JSON.readValue(bytes, MARKS);
        } catch (IOException e) { // changed by hand: another attempt would find it so again
            throw new RefusedException(
                    "Cannot read " + Shown.path(file) + ": it is no JSON object of names and marks; delete it to have"
                            + " every stage looked at again",
                    e);
        }
    }

    boolean isDone(RunStage stage, String mark, Path output) {
        return mark.equals(marks.get(stage.name())) && storage.exists(output);
    }

    String mark(RunStage stage) {
        return marks.getOrDefault(stage.name(), "");
    }

    void done(RunStage stage, String mark) {
        marks.put(stage.name(), mark);
        try {
            storage.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(marks));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }
}
