package io.trimtab.job.config;

import com.typesafe.config.ConfigRenderOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The {@code --set} options of a command that reads no configuration file: the same keys, checked the same way. */
public final class SetOptions {
    private final Values values;

    private SetOptions(Values values) {
        this.values = values;
    }

    /**
     * Reads {@code key=value}, keys with or without the root.
     *
     * @throws ConfigurationException with every unknown key and every value that does not fit its key
     */
    public static SetOptions read(List<String> sets) {
        Values values = Sources.read(List.of(), sets);
        List<String> problems = Checks.problemsOfEach(values);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return new SetOptions(values);
    }

    /** What a key is set to, as it was written; empty where no option names it. */
    public Optional<String> find(String path) {
        return values.isOwn(path) ? Optional.of(values.text(path)) : Optional.empty();
    }

    /** Keys that were set, in the order of reference.conf. */
    public List<String> paths() {
        return Key.PATHS.stream().filter(values::isOwn).toList();
    }

    /** One line for the user, naming what the command has no use for; empty where there is nothing. */
    public Optional<String> warning(String command, Set<String> used) {
        List<String> ignored = paths().stream()
                .filter(path -> !used.contains(path))
                .map(path -> Names.ROOT + "." + path)
                .toList();
        return ignored.isEmpty()
                ? Optional.empty()
                : Optional.of("warning: Ignored: " + String.join(", ", ignored) + " (--set; " + command
                        + " does not use " + (ignored.size() == 1 ? "it" : "them") + ")");
    }

    /** Lines that set the same in a file. */
    public List<String> hocon() {
        return values.own().entrySet().stream()
                .map(entry -> entry.getKey() + " = " + entry.getValue().render(ConfigRenderOptions.concise()))
                .sorted()
                .toList();
    }
}
