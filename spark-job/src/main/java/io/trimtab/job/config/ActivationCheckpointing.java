package io.trimtab.job.config;

import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Optional;

/** Whether activations are computed again in the backward pass instead of being kept. */
public enum ActivationCheckpointing {
    /** On where a step would not fit the rank's memory otherwise. */
    AUTO,
    ON,
    OFF;

    private static final List<String> ON_NAMES = List.of("on", "true");
    private static final List<String> OFF_NAMES = List.of("off", "false");

    /** HOCON's words for a switch, and auto. */
    static Optional<String> problem(ConfigValue value) {
        String name = ValueType.isScalar(value) ? ValueType.text(value) : "";
        return name.equals("auto") || ON_NAMES.contains(name) || OFF_NAMES.contains(name)
                ? Optional.empty()
                : Optional.of("must be one of auto, on, off");
    }

    static ActivationCheckpointing of(String name) {
        return ON_NAMES.contains(name) ? ON : OFF_NAMES.contains(name) ? OFF : AUTO;
    }
}
