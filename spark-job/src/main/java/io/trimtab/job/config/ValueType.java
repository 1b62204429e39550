package io.trimtab.job.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** What a key accepts. The answer says what is wrong with a value, to be read behind "key = value: ". */
@FunctionalInterface
interface ValueType {
    String AUTO = "auto";
    Pattern DURATION = Pattern.compile("\\d+(\\.\\d+)?\\s*(ns|us|ms|s|m|h|d|[a-z]{4,})");
    Pattern PORTS = Pattern.compile("(\\d{1,5})-(\\d{1,5})");

    Optional<String> problem(ConfigValue value);

    static ValueType text() {
        return value -> problemUnless(isScalar(value) && !text(value).isBlank(), "must be a text that is not empty");
    }

    static ValueType bool() {
        return value -> problemUnless(
                isScalar(value) && List.of("true", "false").contains(text(value)), "must be true or false");
    }

    static ValueType whole(long min, long max) {
        String range = max == Long.MAX_VALUE || max == Integer.MAX_VALUE ? "at least " + min : min + " to " + max;
        return value -> problemUnless(
                number(value)
                        .filter(number -> number.stripTrailingZeros().scale() <= 0)
                        .filter(number -> number.compareTo(BigDecimal.valueOf(min)) >= 0)
                        .filter(number -> number.compareTo(BigDecimal.valueOf(max)) <= 0)
                        .isPresent(),
                "must be a whole number, " + range);
    }

    static ValueType seed() {
        return value -> problemUnless(
                number(value).filter(number -> fitsLong(number)).isPresent(), "must be a whole number of 64 bits");
    }

    /** -1, or from 1 on. */
    static ValueType limit() {
        ValueType count = whole(1, Long.MAX_VALUE);
        return value -> problemUnless(
                count.problem(value).isEmpty() || text(value).equals("-1"),
                "must be -1 (no limit) or a whole number, at least 1");
    }

    static ValueType atLeast(double min) {
        return decimal("at least " + plain(min), number -> number >= min);
    }

    static ValueType above(double min) {
        return decimal("above " + plain(min), number -> number > min);
    }

    /** Both ends included. */
    static ValueType between(double min, double max) {
        return decimal("in [" + plain(min) + ", " + plain(max) + "]", number -> number >= min && number <= max);
    }

    /** The upper end excluded. */
    static ValueType fromBelow(double min, double max) {
        return decimal("in [" + plain(min) + ", " + plain(max) + ")", number -> number >= min && number < max);
    }

    /** The lower end excluded. */
    static ValueType aboveUpTo(double min, double max) {
        return decimal("in (" + plain(min) + ", " + plain(max) + "]", number -> number > min && number <= max);
    }

    /** One of them, or a list of them. */
    static ValueType oneOrMore(ValueType each) {
        return value -> value instanceof ConfigList list
                ? problemUnless(!list.isEmpty(), "must not be an empty list")
                        .or(() -> list.stream()
                                .flatMap(item -> each
                                        .problem(item)
                                        .map(problem -> "has " + text(item) + " in its list, which " + problem)
                                        .stream())
                                .findFirst())
                : each.problem(value);
    }

    /** Regular expressions in a list that may be empty, or one without a list. */
    static ValueType patterns() {
        return value -> items(value).stream()
                .flatMap(item -> patternProblem(item).stream())
                .findFirst();
    }

    private static Optional<String> patternProblem(ConfigValue item) {
        if (!isScalar(item)) {
            return Optional.of("must hold regular expressions, as [ \".*norm.*\" ]");
        }
        try {
            Pattern.compile(text(item));
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("holds '" + text(item) + "', which is no regular expression: " + e.getDescription()
                    + " near index " + e.getIndex());
        }
    }

    /** The values of a list, or the one value. */
    static List<ConfigValue> items(ConfigValue value) {
        return value instanceof ConfigList list ? List.copyOf(list) : List.of(value);
    }

    static ValueType finite() {
        return decimal("that is finite", number -> true);
    }

    static ValueType duration() {
        return value ->
                problemUnless(time(value).isPresent(), "must be a time with its unit (ms, s, m, h, d), as 90s or 10m");
    }

    /** At least a millisecond, what timers count in. */
    static ValueType timeout() {
        return value -> duration()
                .problem(value)
                .or(() -> problemUnless(
                        time(value).filter(time -> time.toMillis() > 0).isPresent(), "must be at least 1ms"));
    }

    private static Optional<Duration> time(ConfigValue value) {
        if (!isScalar(value) || !DURATION.matcher(text(value)).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(value.atKey("it").getDuration("it"));
        } catch (ConfigException e) {
            return Optional.empty();
        }
    }

    static ValueType portRange() {
        return value -> {
            var ports = PORTS.matcher(text(value));
            boolean fine = ports.matches()
                    && Integer.parseInt(ports.group(1)) >= 1
                    && Integer.parseInt(ports.group(1)) <= Integer.parseInt(ports.group(2))
                    && Integer.parseInt(ports.group(2)) <= 65535;
            return problemUnless(fine, "must be a range of ports, as \"40000-40099\"");
        };
    }

    /** One of the values; {@code later} are those that the documentation knows and this version does not have. */
    static ValueType choice(List<String> values, List<String> later) {
        return value -> {
            String chosen = isScalar(value) ? text(value) : "";
            if (values.contains(chosen)) {
                return Optional.empty();
            }
            return Optional.of(
                    later.contains(chosen)
                            ? "belongs to a later version; this one has " + String.join(", ", values)
                            : "must be one of " + String.join(", ", values));
        };
    }

    static ValueType choice(Class<? extends Enum<?>> values, String... later) {
        return choice(names(values), List.of(later));
    }

    /** One of the constants, or {@code auto}. */
    static ValueType choiceOrAuto(Class<? extends Enum<?>> values) {
        return choice(Stream.concat(Stream.of(AUTO), names(values).stream()).toList(), List.of());
    }

    /** HOCON's spelling of enum constants: words by hyphen. */
    static List<String> names(Class<? extends Enum<?>> values) {
        return Arrays.stream(values.getEnumConstants()).map(ValueType::name).toList();
    }

    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constant of a name that {@link #choice} accepts. */
    static <E extends Enum<E>> E constant(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** As it was written: 007 and a run-id of thirty digits are texts, too. */
    static String text(ConfigValue value) {
        return value.valueType() == ConfigValueType.NUMBER
                ? value.atKey("it").getString("it")
                : String.valueOf(value.unwrapped());
    }

    static boolean isScalar(ConfigValue value) {
        return value.valueType() == ConfigValueType.STRING
                || value.valueType() == ConfigValueType.NUMBER
                || value.valueType() == ConfigValueType.BOOLEAN;
    }

    private static ValueType decimal(String range, DoublePredicate fits) {
        return value -> problemUnless(
                number(value)
                        .map(BigDecimal::doubleValue)
                        .filter(number -> Double.isFinite(number) && fits.test(number))
                        .isPresent(),
                "must be a number " + range);
    }

    private static Optional<BigDecimal> number(ConfigValue value) {
        if (value.valueType() != ConfigValueType.NUMBER && value.valueType() != ConfigValueType.STRING) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(text(value)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean fitsLong(BigDecimal number) {
        try {
            number.longValueExact();
            return true;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    private static Optional<String> problemUnless(boolean fine, String problem) {
        return fine ? Optional.empty() : Optional.of(problem);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
