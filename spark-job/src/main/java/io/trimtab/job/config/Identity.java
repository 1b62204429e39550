package io.trimtab.job.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What makes a run the run it is: the keys of model, data, loss, optimizer, merge and training with their values, less the few that
 * change how it is computed but not what. The spark code adds the fingerprint of the input. Two commands with the same identity continue
 * each other.
 */
public record Identity(Map<String, String> values) {
    public Identity {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public Identity with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(key, value);
        return new Identity(more);
    }

    /** The first key of this identity that has another value, or none, in {@code other}; keys that only the other has don't count. */
    public Optional<Difference> firstDifference(Identity other) {
        return values.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(other.values.get(entry.getKey())))
                .findFirst()
                .map(entry -> new Difference(
                        entry.getKey(), entry.getValue(), other.values.getOrDefault(entry.getKey(), "not set")));
    }

    /** One key with its two values. */
    public record Difference(String key, String here, String there) {}
}
