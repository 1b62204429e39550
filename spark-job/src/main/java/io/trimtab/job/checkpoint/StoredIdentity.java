package io.trimtab.job.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.job.config.Identity;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;

/**
 * {@code identity.json}: which run lives in a directory, and how many commands worked on it. It binds later commands only once there are
 * results; a command that was refused before must not force its user to another directory.
 */
record StoredIdentity(int attempt, boolean done, Identity identity) {
    static Optional<StoredIdentity> read(RunDirectory directory) {
        return directory
                .storage()
                .read(directory.identity())
                .flatMap(Json::object)
                .map(StoredIdentity::of);
    }

    /** What the next command writes; the input's fingerprint stays as long as the identity does. */
    static StoredIdentity next(RunDirectory directory, Optional<StoredIdentity> before, Identity identity) {
        int attempt = before.map(StoredIdentity::attempt).orElse(0) + 1;
        if (before.isEmpty() || !isBound(directory, before.get())) {
            return new StoredIdentity(attempt, false, identity);
        }
        Identity withInput = identity;
        for (Map.Entry<String, String> value : before.get().identity().values().entrySet()) {
            if (value.getKey().startsWith(RunAttempt.INPUT)) {
                withInput = withInput.with(value.getKey(), value.getValue());
            }
        }
        return new StoredIdentity(attempt, before.get().done(), withInput);
    }

    static boolean isBound(RunDirectory directory, StoredIdentity stored) {
        return stored.done()
                || Stream.<Path>of(
                                directory.checkpoints(), directory.metrics(), directory.evaluation(), directory.model())
                        .anyMatch(directory.storage()::exists);
    }

    StoredIdentity with(String key, String value) {
        return new StoredIdentity(attempt, done, identity.with(key, value));
    }

    StoredIdentity bound() {
        return new StoredIdentity(attempt, true, identity);
    }

    void write(RunDirectory directory) {
        ObjectNode root = Json.object().put("attempt", attempt).put("done", done);
        ObjectNode values = root.putObject("identity");
        identity.values().forEach(values::put);
        directory.storage().replace(directory.identity(), Json.bytes(root));
    }

    private static StoredIdentity of(JsonNode root) {
        Map<String, String> values = new LinkedHashMap<>();
        root.path("identity")
                .properties()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
        return new StoredIdentity(
                root.path("attempt").asInt(), root.path("done").asBoolean(), new Identity(values));
    }
}
