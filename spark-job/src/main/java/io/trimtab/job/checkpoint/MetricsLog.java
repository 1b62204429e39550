package io.trimtab.job.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/** {@code metrics.jsonl} across the attempts of a run: lines of steps that a resume will repeat are removed, so steps only increase. */
public final class MetricsLog {
    private MetricsLog() {}

    /**
     * Cuts the file to the steps up to {@code lastStep} and opens it for what comes after; a flush makes the lines visible to readers
     * where the file system can.
     */
    public static OutputStream resume(Storage storage, Path file, long lastStep) {
        byte[] kept = upTo(lastStep, storage.read(file).orElse(new byte[0]));
        // Anew even where nothing is cut: what a killed driver had open HDFS lets nobody append to for a minute.
        storage.replace(file, kept);
        try {
            return VisibleStream.of(append(storage, file, kept));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private static byte[] upTo(long lastStep, byte[] content) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(content.length);
        int start = 0;
        for (int end = 0; end < content.length; end++) {
            if (content[end] == '\n') {
                byte[] line = Arrays.copyOfRange(content, start, end + 1);
                if (stepOf(line).filter(step -> step <= lastStep).isPresent()) {
                    kept.writeBytes(line);
                }
                start = end + 1;
            }
        }
        return kept.toByteArray(); // a last line without its end was cut off with its process
    }

    private static Optional<Long> stepOf(byte[] line) {
        return Json.object(line)
                .map(object -> object.path("step"))
                .filter(JsonNode::isNumber)
                .map(JsonNode::asLong);
    }

    private static FSDataOutputStream append(Storage storage, Path file, byte[] kept) throws IOException {
        try {
            return storage.files().append(file);
        } catch (UnsupportedOperationException objectStore) {
            FSDataOutputStream out = storage.files().create(file, true);
            out.write(kept);
            return out;
        }
    }
}
