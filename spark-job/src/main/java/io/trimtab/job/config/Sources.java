package io.trimtab.job.config;

import static java.util.Objects.requireNonNull;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a run's files and {@code --set} options over the defaults; later ones win. */
final class Sources {
    /** A name that no file writes, for what the run itself says, beside the same over the defaults. */
    private static final String OWN = "own settings";

    private Sources() {}

    /** @throws ConfigurationException with everything that cannot be parsed */
    static Values read(List<Path> files, List<String> sets) {
        List<String> problems = new ArrayList<>();
        Config own = ConfigFactory.empty();
        for (Path file : files) {
            own = parse(file, problems).withFallback(own);
        }
        for (String set : sets) {
            own = with(own, set, problems);
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return resolve(own);
    }

    static Config parse(Path file, List<String> problems) {
        if (!Files.isRegularFile(file)) {
            problems.add(file
                    + (Files.isDirectory(file) ? ": is a folder, not a configuration" : ": there is no such file"));
            return ConfigFactory.empty();
        }
        try {
            // Absolute, because a file without a folder has no neighbours to include.
            return ConfigFactory.parseFile(
                    file.toAbsolutePath().toFile(),
                    ConfigParseOptions.defaults()
                            .setAllowMissing(false)
                            .setOriginDescription(file.toString())
                            .setIncluder(new StrictIncludes()));
        } catch (ConfigException e) {
            problems.add(message(e));
            return ConfigFactory.empty();
        }
    }

    private static Config with(Config own, String set, List<String> problems) {
        try {
            Set option = set(set);
            return own.withValue(SparkNames.asOneName(option.key()), option.value());
        } catch (ConfigurationException e) {
            problems.addAll(e.problems());
            return own;
        }
    }

    /**
     * One option.
     *
     * @param key with the root
     */
    record Set(String key, ConfigValue value) {
        /** Names without the root. */
        List<String> path() {
            List<String> path = ConfigUtil.splitPath(key);
            return path.subList(1, path.size());
        }

        /** With the environment's variables in it. */
        ConfigValue resolved() {
            return value.atKey("it").resolve().root().getOrDefault("it", value);
        }
    }

    /** @throws ConfigurationException where it is none */
    static Set set(String set) {
        int equals = set.indexOf('=');
        if (equals < 1) {
            throw new ConfigurationException(
                    List.of("--set " + set + ": must be key=value, as --set training.max-steps=20"));
        }
        try {
            String key = Names.withRoot(set.substring(0, equals).strip());
            return new Set(key, value(key, set.substring(equals + 1).strip()));
        } catch (ConfigException e) {
            throw new ConfigurationException(List.of("--set " + set.substring(0, equals) + ": " + message(e)));
        }
    }

    /** Plain text stays what it is, as a path with a colon; only groups, lists, quotes, substitutions and null are HOCON. */
    private static ConfigValue value(String key, String text) {
        boolean scalar = Key.isScalar(Names.joined(key).substring(Names.ROOT.length() + 1));
        boolean hocon = text.equals("null")
                || text.contains("${")
                || text.startsWith("\"")
                || (!scalar && (text.startsWith("{") || text.startsWith("[")));
        return hocon
                ? requireNonNull(ConfigFactory.parseString(
                                "value = " + text, ConfigParseOptions.defaults().setOriginDescription(Values.SET))
                        .root()
                        .get("value"))
                : ConfigValueFactory.fromAnyRef(text, Values.SET);
    }

    private static Values resolve(Config own) {
        // Other libraries on the class path may bring a reference.conf too.
        Config defaults = ConfigFactory.parseResources(Sources.class.getClassLoader(), "reference.conf")
                .withOnlyPath(Names.ROOT);
        try {
            // Both in one tree: resolveWith stumbles over what an optional substitution may replace, x = 1, x = ${?X}.
            Config both =
                    own.withFallback(defaults).withFallback(own.atKey(OWN)).resolve();
            Config full = both.withoutPath(ConfigUtil.joinPath(OWN));
            full.getConfig(Names.ROOT); // refuses a root that is no group, with its place
            return new Values(both.getConfig(ConfigUtil.joinPath(OWN)), full);
        } catch (ConfigException e) {
            List<String> groups = groupsThatAreValues(own);
            throw new ConfigurationException(groups.isEmpty() ? List.of(message(e)) : groups);
        }
    }

    /** A default that refers into a group finds nothing where the user made a value of that group; its own place would tell nobody why. */
    private static List<String> groupsThatAreValues(Config own) {
        try {
            Config resolved = own.resolve();
            return UnknownKeys.of(new Values(resolved, resolved));
        } catch (ConfigException e) {
            return List.of();
        }
    }

    static String message(ConfigException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith(Values.SET + ": 1: ") ? message.substring(Values.SET.length() + 5) : message;
    }
}
