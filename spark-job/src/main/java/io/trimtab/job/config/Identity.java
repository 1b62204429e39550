package io.trimtab.job.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What makes a run the run it is: the keys of model, data, loss, optimizer, merge and training with their values, less the few that
 * change how it is computed but not what. The spark code adds the fingerprint of the input. Two commands with the same identity continue
 * each other.
 */
public record Identity(Map<String, String> values) {
    private static final Set<String> PATHS =
            Set.of("model.policy", "model.base", "model.reference", "model.initialize", "data.train.path");

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
                .filter(entry -> !same(entry.getKey(), entry.getValue(), other.values.get(entry.getKey())))
                .findFirst()
                .map(entry -> new Difference(
                        entry.getKey(), entry.getValue(), other.values.getOrDefault(entry.getKey(), "not set")));
    }

    /** A folder is the same by whatever path of this machine it is named. */
    private static boolean same(String key, String here, @Nullable String there) {
        return here.equals(there)
                || (there != null && PATHS.contains(key) && absolute(here).equals(absolute(there)));
    }

    private static String absolute(String path) {
        return path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
                ? path
                : Path.of(path).toAbsolutePath().normalize().toString();
    }

    /** One key with its two values. */
    public record Difference(String key, String here, String there) {}
}
