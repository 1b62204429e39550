package io.trimtab.data.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What templates expect of Python's strings; public because Jinjava calls it by reflection.
 *
 * <p>Each method takes the string and the list of the call's arguments.
 */
public final class PythonText {
    static final String PREFIX = "python_";
    static final String PRINT = PREFIX + "print";
    static final String UNSUPPORTED = PREFIX + "unsupported";
    static final List<String> METHODS = List.of(
            "strip", "lstrip", "rstrip", "split", "startswith", "endswith", "upper", "lower", "title", "capitalize");

    private PythonText() {}

    public static String strip(@Nullable Object text, List<?> arguments) {
        return lstrip(rstrip(text, arguments), arguments);
    }

    public static String lstrip(@Nullable Object text, List<?> arguments) {
        String value = string(text);
        int start = 0;
        while (start < value.length() && strips(arguments, value.charAt(start))) {
            start++;
        }
        return value.substring(start);
    }

    public static String rstrip(@Nullable Object text, List<?> arguments) {
        String value = string(text);
        int end = value.length();
        while (end > 0 && strips(arguments, value.charAt(end - 1))) {
            end--;
        }
        return value.substring(0, end);
    }

    private static boolean strips(List<?> arguments, char character) {
        boolean anySpace = arguments.isEmpty() || arguments.get(0) == null;
        return anySpace ? isSpace(character) : string(arguments.get(0)).indexOf(character) >= 0;
    }

    /** Python's {@code str.isspace} for one UTF-16 unit; Java's differs in the no-break spaces and U+0085. */
    static boolean isSpace(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == '\u0085';
    }

    public static List<String> split(@Nullable Object text, List<?> arguments) {
        String value = string(text);
        List<String> parts = new ArrayList<>();
        if (arguments.isEmpty() || arguments.get(0) == null) {
            return value.isBlank() ? parts : List.of(value.strip().split("\\s+", -1));
        }
        String separator = string(arguments.get(0));
        long limit = arguments.size() > 1 && arguments.get(1) instanceof Number number ? number.longValue() : -1;
        int start = 0;
        for (int next = value.indexOf(separator);
                next >= 0 && (limit < 0 || parts.size() < limit);
                next = value.indexOf(separator, start)) {
            parts.add(value.substring(start, next));
            start = next + separator.length();
        }
        parts.add(value.substring(start));
        return parts;
    }

    public static boolean startswith(@Nullable Object text, List<?> arguments) {
        return string(text).startsWith(string(arguments.get(0)));
    }

    public static boolean endswith(@Nullable Object text, List<?> arguments) {
        return string(text).endsWith(string(arguments.get(0)));
    }

    public static String upper(@Nullable Object text, List<?> arguments) {
        return string(text).toUpperCase(Locale.ROOT);
    }

    public static String lower(@Nullable Object text, List<?> arguments) {
        return string(text).toLowerCase(Locale.ROOT);
    }

    public static String title(@Nullable Object text, List<?> arguments) {
        StringBuilder titled = new StringBuilder();
        boolean inWord = false;
        for (char character : string(text).toCharArray()) {
            titled.append(inWord ? Character.toLowerCase(character) : Character.toTitleCase(character));
            inWord = Character.isLetter(character);
        }
        return titled.toString();
    }

    public static String capitalize(@Nullable Object text, List<?> arguments) {
        String value = string(text);
        return value.isEmpty()
                ? value
                : value.substring(0, 1).toUpperCase(Locale.ROOT)
                        + value.substring(1).toLowerCase(Locale.ROOT);
    }

    /** A value as {@code {{ }}} prints it; undefined and None both as nothing, for Jinjava does not tell them apart. */
    public static String print(@Nullable Object value) {
        return value == null ? "" : value instanceof List || value instanceof Map ? repr(value) : plain(value);
    }

    private static String plain(Object value) {
        return value instanceof Boolean flag ? (flag ? "True" : "False") : String.valueOf(value);
    }

    private static String repr(@Nullable Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof List<?> list) {
            return list.stream().map(PythonText::repr).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> repr(entry.getKey()) + ": " + repr(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return value instanceof String text
                ? "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
                : plain(value);
    }

    private static String string(@Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException("A string method was called on nothing");
        }
        return value.toString();
    }

    /** Stands where the template uses what Jinjava lacks; only a row that gets there fails. */
    @SuppressWarnings("DoNotCallSuggester") // templates call it
    public static Object unsupported(String construct) {
        throw new UnsupportedTemplate(construct);
    }
}
