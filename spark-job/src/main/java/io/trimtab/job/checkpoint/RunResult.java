package io.trimtab.job.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.job.config.ExitCode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a command ended, the truth for a scheduler that is told no exit code.
 *
 * @param reason one sentence, empty when done
 * @param outputs what it left, name to path
 */
public record RunResult(ExitCode exitCode, String reason, Map<String, String> outputs) {
    public RunResult {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    public static RunResult done(Map<String, String> outputs) {
        return new RunResult(ExitCode.DONE, "", outputs);
    }

    public static RunResult of(ExitCode exitCode, String reason) {
        return new RunResult(exitCode, reason, Map.of());
    }

    enum Status {
        DONE,
        REFUSED,
        FAILED,
        DIVERGED,
        CANCELLED
    }

    Status status() {
        return switch (exitCode) {
            case DONE -> Status.DONE;
            case REFUSED -> Status.REFUSED;
            case BUG, CLUSTER -> Status.FAILED;
            case DIVERGED -> Status.DIVERGED;
            case CANCELLED -> Status.CANCELLED;
        };
    }

    byte[] toJson(String runId, int attempt) {
        ObjectNode root = Json.object()
                .put("run_id", runId)
                .put("attempt", attempt)
                .put("status", status().name().toLowerCase(Locale.ROOT))
                .put("exit_code", exitCode.code())
                .put("reason", reason)
                .put("retryable", exitCode.retryable());
        ObjectNode files = root.putObject("outputs");
        outputs.forEach(files::put);
        return Json.bytes(root);
    }
}
