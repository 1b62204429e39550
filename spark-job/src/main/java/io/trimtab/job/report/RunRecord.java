package io.trimtab.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Everything that a run directory says about its run. What is not there yet is empty: a failed run has a page too.
 *
 * @param name for people; a run directory's last folder, say
 * @param result result.json, or a missing node
 * @param dataReport data-report.json, or a missing node
 * @param settings run.conf, or the empty string
 */
public record RunRecord(
        String name,
        MetricCurves metrics,
        JsonNode result,
        Evaluation evaluation,
        JsonNode dataReport,
        String settings) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads the files of a run directory. */
    public static RunRecord read(String name, RunFiles files) throws IOException {
        return new RunRecord(
                name,
                files.read("metrics.jsonl").map(MetricCurves::parse).orElse(new MetricCurves(Map.of())),
                json(name, files, "result.json"),
                Evaluation.of(json(name, files, "evaluation.json")),
                json(name, files, "data-report.json"),
                files.read("run.conf")
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElse(""));
    }

    private static JsonNode json(String run, RunFiles files, String file) throws IOException {
        byte[] content = files.read(file).orElse(new byte[0]);
        if (content.length == 0) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(content);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Cannot read " + file + " of run " + run + ": it is not JSON", e);
        }
    }
}
