package io.trimtab.job.config;

import com.typesafe.config.ConfigRenderOptions;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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

    /**
     * Gives what is set, as it was written, to the keys that the command uses; one line names what it has no use for.
     *
     * @param uses by key, without the root
     */
    public void give(String command, Map<String, Consumer<String>> uses, Consumer<String> warnings) {
        List<String> ignored = paths().stream()
                .filter(path -> !uses.containsKey(path))
                .map(path -> Names.ROOT + "." + path)
                .toList();
        if (!ignored.isEmpty()) {
            warnings.accept("warning: Ignored: " + String.join(", ", ignored) + " (--set; " + command + " does not use "
                    + (ignored.size() == 1 ? "it" : "them") + ")");
        }
        uses.forEach((path, use) -> {
            if (values.isOwn(path)) {
                use.accept(values.text(path));
            }
        });
    }

    /** A whole number as it was written, 1e3 too. */
    public static int whole(String value) {
        return new BigDecimal(value).intValueExact();
    }

    /** Keys that were set, in the order of reference.conf. */
    public List<String> paths() {
        return Key.PATHS.stream().filter(values::isOwn).toList();
    }

    /** Lines that set the same in a file. */
    public List<String> hocon() {
        return values.own().entrySet().stream()
                .map(entry -> entry.getKey() + " = " + entry.getValue().render(ConfigRenderOptions.concise()))
                .sorted()
                .toList();
    }
}
