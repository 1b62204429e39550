package io.trimtab.job.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A configuration that holds: its settings, what makes the run's identity, and where every value comes from. */
public final class ResolvedConfig {
    /** What HOCON reads as the same text without quotes: --set gives numbers as text too. */
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9][a-z0-9.-]*");

    private final Values values;
    private final TrimtabConfig settings;
    private final List<String> warnings;

    private ResolvedConfig(Values values, TrimtabConfig settings, List<String> warnings) {
        this.values = values;
        this.settings = settings;
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads files and {@code key=value} options, keys with or without the root, over reference.conf; later ones win.
     *
     * @throws ConfigurationException with every problem at once
     */
    public static ResolvedConfig load(List<Path> files, List<String> sets) {
        Values values = Sources.read(files, sets);
        List<String> problems = new ArrayList<>(Checks.problems(values));
        if (values.value("cluster.spark").orElse(null) instanceof ConfigObject spark && !SparkNames.areReplaced(sets)) {
            files.forEach(file -> problems.addAll(SparkNames.dropped(file, spark)));
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        SettingsReader reader = new SettingsReader(values);
        return new ResolvedConfig(values, reader.read(), Checks.warnings(values, reader.chosen()));
    }

    public TrimtabConfig settings() {
        return settings;
    }

    /** Lines for the user: keys that have no effect in this run. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * Without the input's fingerprint, which only reading the data gives. The training keys come first: loss.name and merge.seed follow
     * them by default, and the first difference is to be one that somebody wrote.
     */
    public Identity identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        Key.ALL.stream()
                .filter(Key::isIdentity)
                .sorted(Comparator.comparing(key -> !key.path().startsWith("training.")))
                .forEach(key -> identity.put(key.path(), identityValue(key)));
        return new Identity(identity);
    }

    /** The whole configuration as HOCON, a key a line, each with its origin; secrets are hidden. */
    public String rendered() {
        StringBuilder lines = new StringBuilder();
        for (Key key : Key.ALL) {
            if (key.path().equals("cluster.spark")) {
                sparkLines().forEach(lines::append);
            } else if (key.path().equals("loss.name")
                    && values.value(key.path()).isEmpty()) {
                lines.append(line(key.path(), settings.loss().name(), "by training.stage"));
            } else {
                lines.append(line(key.path(), shown(key.path()), values.origin(key.path())));
            }
        }
        return lines.toString();
    }

    private String identityValue(Key key) {
        if (key.path().equals("loss.name")) {
            return settings.loss().name();
        }
        return values.value(key.path()).map(ResolvedConfig::canonical).orElse("null");
    }

    /** The same text for 1e-6, 0.000001 and --set's "1e-6": an identity must not depend on spelling. */
    private static String canonical(ConfigValue value) {
        if (value instanceof ConfigList list) {
            String items = list.stream().map(ResolvedConfig::canonical).collect(Collectors.joining(", "));
            return list.size() == 1 ? items : "[" + items + "]";
        }
        if (!ValueType.isScalar(value)) {
            return shown(value);
        }
        String text = ValueType.text(value);
        try {
            BigDecimal number = new BigDecimal(text).stripTrailingZeros();
            return number.scale() <= 0 ? number.toPlainString() : number.toString();
        } catch (NumberFormatException notANumber) {
            return Redaction.ofText(text);
        }
    }

    private List<String> sparkLines() {
        ConfigObject group = (ConfigObject) values.value("cluster.spark").orElseThrow();
        List<String> lines = new ArrayList<>();
        SparkNames.settings(group).forEach((name, value) -> {
            String text = Redaction.ofSpark(name, ValueType.text(value));
            lines.add(line(
                    "cluster.spark." + ConfigUtil.quoteString(name),
                    ConfigUtil.quoteString(text),
                    Values.describe(value.origin())));
        });
        return lines;
    }

    private static String line(String path, String value, String origin) {
        return String.format(Locale.ROOT, "%-70s # %s\n", Names.ROOT + "." + path + " = " + value, origin);
    }

    private String shown(String path) {
        return values.value(path).map(ResolvedConfig::shown).orElse("null");
    }

    private static String shown(ConfigValue value) {
        if (value instanceof ConfigList list && list.stream().allMatch(ValueType::isScalar)) {
            return list.stream().map(ResolvedConfig::shown).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.valueType() == ConfigValueType.STRING) {
            String text = Redaction.ofText(ValueType.text(value));
            return PLAIN.matcher(text).matches() ? text : ConfigUtil.quoteString(text);
        }
        if (ValueType.isScalar(value)) {
            return value.atKey("it").getString("it"); // as it was written: 1e-6, not the library's 1.0E-6
        }
        return Redaction.ofText(value.render(ConfigRenderOptions.concise()));
    }
}
