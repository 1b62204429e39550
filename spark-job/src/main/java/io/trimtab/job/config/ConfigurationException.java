package io.trimtab.job.config;

import java.util.List;

/** Everything that is wrong with a configuration, in one message; each problem names its file and line. */
public final class ConfigurationException extends RefusedException {
    private static final long serialVersionUID = 1L;
    private final List<String> problems;

    public ConfigurationException(List<String> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }

    private static String message(List<String> problems) {
        String title = problems.size() == 1
                ? "The configuration cannot be used"
                : "The configuration cannot be used, " + problems.size() + " problems";
        return title + ":\n  " + String.join("\n  ", problems);
    }
}
