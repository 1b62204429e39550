package io.trimtab.job.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A configuration that holds: its settings, what makes the run's identity, and where every value comes from. */
public final class ResolvedConfig {
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
        List<String> problems = Checks.problems(values);
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

    /** Without the input's fingerprint, which only reading the data gives. */
    public Identity identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        for (Key key : Key.ALL) {
            if (key.isIdentity()) {
                identity.put(key.path(), identityValue(key));
            }
        }
        return new Identity(identity);
    }

    /** The whole configuration as HOCON, a key a line, each with its origin; secrets are hidden. */
    public String rendered() {
        List<String> lines = new ArrayList<>();
        for (Key key : Key.ALL) {
            Optional<ConfigValue> value = values.value(key.path());
            if (key.path().equals("cluster.spark")) {
                lines.addAll(sparkLines());
            } else {
                lines.add(line(key.path(), value.map(ResolvedConfig::shown).orElse("null"), values.origin(key.path())));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private String identityValue(Key key) {
        if (key.path().equals("loss.name")) {
            return settings.loss().name();
        }
        return values.value(key.path()).map(ResolvedConfig::canonical).orElse("null");
    }

    /** The same text for 1e-6, 0.000001 and --set's "1e-6": an identity must not depend on spelling. */
    private static String canonical(ConfigValue value) {
        if (!ValueType.isScalar(value)) {
            return shown(value);
        }
        String text = ValueType.text(value);
        try {
            return new BigDecimal(text).stripTrailingZeros().toString();
        } catch (NumberFormatException notANumber) {
            return Redaction.ofText(text);
        }
    }

    private List<String> sparkLines() {
        ConfigObject group = (ConfigObject) values.value("cluster.spark").orElseThrow();
        Map<String, String> lines = new TreeMap<>();
        group.toConfig().entrySet().forEach(entry -> {
            String name = Names.joined(entry.getKey());
            String value = Redaction.ofSpark(name, ValueType.text(entry.getValue()));
            lines.put(
                    name,
                    line(
                            "cluster.spark." + ConfigUtil.quoteString(name),
                            ConfigUtil.quoteString(value),
                            Values.describe(entry.getValue().origin())));
        });
        return List.copyOf(lines.values());
    }

    private static String line(String path, String value, String origin) {
        return String.format("%-70s # %s", Names.ROOT + "." + path + " = " + value, origin);
    }

    private static String shown(ConfigValue value) {
        if (value.valueType() == ConfigValueType.STRING) {
            return ConfigUtil.quoteString(Redaction.ofText(ValueType.text(value)));
        }
        return Redaction.ofText(value.render(ConfigRenderOptions.concise()));
    }
}
