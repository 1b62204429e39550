package io.trimtab.data.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jinja2's filters by name; those of sequences are in {@link SequenceFilters}, of text in {@link TextFilters}. */
final class Filters {
    private static final Set<String> ELSEWHERE = Set.of(
            "filesizeformat",
            "forceescape",
            "pprint",
            "random",
            "striptags",
            "urlencode",
            "urlize",
            "wordwrap",
            "xmlattr");

    private Filters() {}

    static Object apply(String name, Object value, Arguments arguments) {
        if (value instanceof Markup && (name.equals("safe") || name.equals("escape") || name.equals("e"))) {
            return value;
        }
        Object own = Markup.plain(value);
        Object result = plain(name, own, arguments);
        result = result != null ? result : SequenceFilters.apply(name, own, arguments);
        result = result != null ? result : TextFilters.apply(name, own, arguments);
        if (result == null) {
            throw new UnsupportedJinja("the filter " + name);
        }
        return result;
    }

    static boolean exists(String name) {
        try {
            return ELSEWHERE.contains(name) || apply(name, "", Arguments.of("", "", "")) != null;
        } catch (UnsupportedJinja e) {
            return false;
        } catch (RuntimeException e) {
            return true;
        }
    }

    private static @Nullable Object plain(String name, Object value, Arguments arguments) {
        return switch (name) {
            case "tojson" -> Json.of(value, arguments);
            case "default", "d" ->
                value instanceof Undefined || (arguments.flag(1, "boolean", false) && !Values.isTrue(value))
                        ? arguments.get(0, "default_value", "")
                        : value;
            case "length", "count" -> Values.length(value);
            case "string" -> Printing.text(value);
            case "safe" -> new Markup(Printing.text(value));
            case "int" -> whole(value, arguments);
            case "float" -> real(value, arguments.get(0, "default", 0.0));
            case "abs" -> Comparisons.order(value, 0L) < 0 ? Numbers.signed(true, value) : value;
            case "round" -> rounded(value, arguments.integer(0, "precision", 0), arguments.text(1, "method", "common"));
            case "attr" -> Members.own(value, arguments.text(0, "name"));
            case "items" -> {
                if (value instanceof Undefined) {
                    yield new Generator(List.of());
                }
                if (!(value instanceof Map<?, ?> map)) {
                    throw new TemplateFault(
                            "the filter items needs a dictionary, not a value of type " + Values.type(value));
                }
                yield new Generator(CollectionMethods.items(map));
            }
            default -> null;
        };
    }

    private static Object whole(Object value, Arguments arguments) {
        if (Numbers.isWhole(value)) {
            return Numbers.whole(Numbers.big(value));
        }
        if (value instanceof Double number && !number.isNaN() && !number.isInfinite()) {
            return Numbers.whole(new BigDecimal(number).toBigInteger());
        }
        int base = arguments.integer(1, "base", 10);
        Object fallback = arguments.get(0, "default", 0L);
        if (!(value instanceof String text)) {
            return fallback;
        }
        String digits =
                PythonText.strip(text).replaceAll("(?<=\\d)_(?=\\d)", "").toLowerCase(Locale.ROOT);
        String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
        try {
            return Numbers.whole(new BigInteger(digits.replaceFirst("^([+-]?)" + prefix, "$1"), base));
        } catch (NumberFormatException e) {
            Object real = real(value, fallback);
            return real instanceof Double number && !number.isNaN() && !number.isInfinite()
                    ? Numbers.whole(new BigDecimal(number).toBigInteger())
                    : fallback;
        }
    }

    private static Object real(Object value, Object fallback) {
        if (Numbers.isNumber(value)) {
            return Numbers.real(value);
        }
        if (value instanceof String text) {
            String digits = PythonText.strip(text).toLowerCase(Locale.ROOT);
            if (digits.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?")) {
                return Double.parseDouble(digits);
            }
        }
        return fallback;
    }

    private static Object rounded(Object value, int precision, String method) {
        if (!Numbers.isNumber(value)) {
            throw new TemplateFault("the filter round needs a number, not a value of type " + Values.type(value));
        }
        if (method.equals("common")) {
            boolean stays = Numbers.isWhole(value) && precision >= 0;
            return stays
                    ? Numbers.whole(Numbers.big(value))
                    : new BigDecimal(Numbers.real(value))
                            .setScale(precision, RoundingMode.HALF_EVEN)
                            .doubleValue();
        }
        double scale = Math.pow(10, precision);
        double scaled = Numbers.real(value) * scale;
        return switch (method) {
            case "ceil" -> Math.ceil(scaled) / scale;
            case "floor" -> Math.floor(scaled) / scale;
            default -> throw new TemplateFault("the filter round has the methods common, ceil and floor");
        };
    }
}
