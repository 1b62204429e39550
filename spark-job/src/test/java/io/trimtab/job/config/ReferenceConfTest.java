package io.trimtab.job.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** reference.conf is the manual: it and the code's table of keys must not drift apart. */
class ReferenceConfTest {
    private final Config reference =
            ConfigFactory.parseResources("reference.conf").resolve();

    @Test
    void holdsExactlyTheKnownKeys() {
        List<String> found = new ArrayList<>();
        leaves("", reference.getObject(Names.ROOT), found);

        assertThat(found).containsExactlyInAnyOrderElementsOf(Key.PATHS);
    }

    @Test
    void explainsEveryKey() {
        List<String> silent = new ArrayList<>();
        for (Key key : Key.ALL) {
            // One comment may stand over neighbours of one kind, or over their group.
            if (comments(key.path()).isEmpty()
                    && comments(key.path().substring(0, Math.max(0, key.path().lastIndexOf('.'))))
                            .isEmpty()) {
                silent.add(key.path());
            }
        }

        assertThat(silent).isEmpty();
    }

    @Test
    void everyDefaultIsAValueItsKeyAccepts() {
        Values values = new Values(ConfigFactory.empty(), reference);

        for (Key key : Key.ALL) {
            values.value(key.path())
                    .ifPresent(value ->
                            assertThat(key.type().problem(value)).as(key.path()).isEmpty());
        }
        assertThatCode(() -> new SettingsReader(values).chosen()).doesNotThrowAnyException();
    }

    private static void leaves(String prefix, ConfigObject group, List<String> found) {
        for (Map.Entry<String, ConfigValue> entry : group.entrySet()) {
            String path = prefix + entry.getKey();
            if (entry.getValue() instanceof ConfigObject inner && !Key.PATHS.contains(path)) {
                leaves(path + ".", inner, found);
            } else {
                found.add(path);
            }
        }
    }

    private List<String> comments(String path) {
        String full = Names.ROOT + "." + path;
        int dot = full.lastIndexOf('.');
        return path.isEmpty()
                ? List.of()
                : requireNonNull(reference.getObject(full.substring(0, dot)).get(full.substring(dot + 1)))
                        .origin()
                        .comments();
    }
}
