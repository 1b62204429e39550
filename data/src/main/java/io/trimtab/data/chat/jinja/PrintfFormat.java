package io.trimtab.data.chat.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code format % values}, as far as templates go: s, r, d, i, f and %%, with width and precision. */
final class PrintfFormat {
    private static final Pattern DIRECTIVE =
            Pattern.compile("%(?:\\((\\w+)\\))?(-?0?\\d*)(?:\\.(\\d+))?(.)", Pattern.DOTALL);

    private PrintfFormat() {}

    static String of(String format, Object values) {
        List<Object> given = values instanceof Tuple tuple ? tuple.items() : List.of(values);
        StringBuilder text = new StringBuilder();
        Matcher matcher = DIRECTIVE.matcher(format);
        int at = 0;
        int used = 0;
        while (matcher.find()) {
            text.append(format, at, matcher.start());
            at = matcher.end();
            if (matcher.group(4).equals("%")) {
                text.append('%');
            } else {
                Object value;
                if (matcher.group(1) != null && values instanceof Map<?, ?> map && map.containsKey(matcher.group(1))) {
                    value = map.get(matcher.group(1));
                } else if (matcher.group(1) == null && used < given.size()) {
                    value = given.get(used++);
                } else {
                    throw new TemplateFault("not enough values for the format");
                }
                text.append(padded(matcher.group(2), converted(matcher, value)));
            }
        }
        if (used < given.size() && (used > 0 || !(values instanceof Map))) {
            throw new TemplateFault("not all values were used by the format");
        }
        return text.append(format.substring(at)).toString();
    }

    private static String converted(Matcher directive, Object value) {
        String precision = directive.group(3);
        switch (directive.group(4)) {
            case "s", "r" -> {
                String text = directive.group(4).equals("s") ? Printing.text(value) : Printing.repr(value);
                return precision == null
                        ? text
                        : text.substring(0, Math.min(text.length(), Integer.parseInt(precision)));
            }
            case "d", "i" -> {
                if (Numbers.isWhole(value)) {
                    return Numbers.big(value).toString();
                }
                if (value instanceof Double number) {
                    return String.valueOf(number.longValue());
                }
            }
            case "f" -> {
                if (Numbers.isNumber(value)) {
                    return String.format(
                            Locale.ROOT, "%." + (precision == null ? "6" : precision) + "f", Numbers.real(value));
                }
            }
            default -> throw new UnsupportedJinja("the format %" + directive.group(4));
        }
        throw new TemplateFault("format %" + directive.group(4) + " needs a number");
    }

    private static String padded(String width, String text) {
        String digits = width.replace("-", "");
        int missing = digits.isEmpty() ? 0 : Integer.parseInt(digits) - text.length();
        if (missing <= 0) {
            return text;
        }
        if (width.startsWith("-")) {
            return text + " ".repeat(missing);
        }
        return digits.startsWith("0") && !text.startsWith("-")
                ? "0".repeat(missing) + text
                : " ".repeat(missing) + text;
    }
}
