package io.trimtab.data.chat.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings. */
final class StringMethods {
    /** Python has them; no template seen uses them. */
    private static final Set<String> ELSEWHERE =
            Set.of("encode", "expandtabs", "format_map", "isidentifier", "maketrans", "translate");

    private StringMethods() {}

    static Object of(String text, String name) {
        if (ELSEWHERE.contains(name)) {
            throw new UnsupportedJinja("the string method " + name);
        }
        Callable change = change(text, name);
        if (change != null) {
            return change;
        }
        Callable search = search(text, name);
        Callable method = search != null ? search : StringClasses.of(text, name);
        return method != null ? method : new Undefined(name);
    }

    private static @Nullable Callable change(String text, String name) {
        return switch (name) {
            case "strip" -> arguments -> stripped(text, arguments, true, true);
            case "lstrip" -> arguments -> stripped(text, arguments, true, false);
            case "rstrip" -> arguments -> stripped(text, arguments, false, true);
            case "upper" -> arguments -> text.toUpperCase(Locale.ROOT);
            case "lower" -> arguments -> text.toLowerCase(Locale.ROOT);
            case "casefold" -> arguments -> casefold(text);
            case "title" -> arguments -> title(text);
            case "capitalize" -> arguments -> capitalize(text);
            case "swapcase" -> arguments -> swapcase(text);
            case "replace" ->
                arguments -> replace(
                        text, arguments.text(0, "old"), arguments.text(1, "new"), arguments.integer(2, "count", -1));
            case "removeprefix" ->
                arguments -> {
                    String prefix = arguments.text(0, "prefix");
                    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
                };
            case "removesuffix" ->
                arguments -> {
                    String suffix = arguments.text(0, "suffix");
                    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
                };
            case "join" -> arguments -> joined(text, Values.list(arguments.required(0, "iterable")));
            case "format" -> arguments -> BraceFormat.of(text, arguments);
            case "ljust" -> arguments -> padded(text, 0, missing(text, arguments), arguments);
            case "rjust" -> arguments -> padded(text, missing(text, arguments), 0, arguments);
            case "center" ->
                arguments -> {
                    int missing = missing(text, arguments);
                    int left = missing / 2 + (missing & arguments.integer(0, "width", 0) & 1);
                    return padded(text, left, missing - left, arguments);
                };
            case "zfill" ->
                arguments -> {
                    int zeros = missing(text, arguments);
                    boolean signed = text.startsWith("-") || text.startsWith("+");
                    return (signed ? text.substring(0, 1) : "") + "0".repeat(zeros) + text.substring(signed ? 1 : 0);
                };
            default -> null;
        };
    }

    private static @Nullable Callable search(String text, String name) {
        return switch (name) {
            case "startswith" -> arguments -> affix(text, arguments, true);
            case "endswith" -> arguments -> affix(text, arguments, false);
            case "split" ->
                arguments ->
                        Splitting.split(text, arguments.get(0, "sep", None.NONE), arguments.integer(1, "maxsplit", -1));
            case "rsplit" ->
                arguments -> Splitting.splitFromEnd(
                        text, arguments.get(0, "sep", None.NONE), arguments.integer(1, "maxsplit", -1));
            case "splitlines" -> arguments -> Splitting.lines(text, arguments.flag(0, "keepends", false));
            case "partition" -> arguments -> Splitting.partition(text, arguments.text(0, "sep"), false);
            case "rpartition" -> arguments -> Splitting.partition(text, arguments.text(0, "sep"), true);
            case "find" -> arguments -> place(text, text.indexOf(arguments.text(0, "sub")), arguments);
            case "rfind" -> arguments -> place(text, text.lastIndexOf(arguments.text(0, "sub")), arguments);
            case "index" -> arguments -> found(place(text, text.indexOf(arguments.text(0, "sub")), arguments));
            case "rindex" -> arguments -> found(place(text, text.lastIndexOf(arguments.text(0, "sub")), arguments));
            case "count" ->
                arguments -> {
                    bare(arguments, 1);
                    return count(text, arguments.text(0, "sub"));
                };
            default -> null;
        };
    }

    private static String stripped(String text, Arguments arguments, boolean start, boolean end) {
        Object set = arguments.get(0, "chars", None.NONE);
        String result = text;
        if (set == None.NONE) {
            result = start ? PythonText.stripStart(result) : result;
            return end ? PythonText.stripEnd(result) : result;
        }
        String characters = arguments.text(0, "chars");
        result = start ? PythonText.stripStart(result, characters) : result;
        return end ? PythonText.stripEnd(result, characters) : result;
    }

    static String title(String text) {
        StringBuilder titled = new StringBuilder();
        boolean[] inWord = {false};
        text.codePoints().forEach(point -> {
            titled.append(inWord[0] ? Character.toString(Character.toLowerCase(point)) : titleCase(point));
            inWord[0] = Character.isUpperCase(point) || Character.isLowerCase(point) || Character.isTitleCase(point);
        });
        return titled.toString();
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        int rest = Character.charCount(first);
        return titleCase(first) + text.substring(rest).toLowerCase(Locale.ROOT);
    }

    /** One letter may become two, of which the first is large. */
    private static String titleCase(int point) {
        String upper = Character.toString(point).toUpperCase(Locale.ROOT);
        int first = Character.charCount(upper.codePointAt(0));
        return first == upper.length()
                ? Character.toString(Character.toTitleCase(point))
                : upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String swapcase(String text) {
        StringBuilder swapped = new StringBuilder();
        text.codePoints().forEach(point -> {
            String letter = Character.toString(point);
            swapped.append(
                    Character.isUpperCase(point) ? letter.toLowerCase(Locale.ROOT) : letter.toUpperCase(Locale.ROOT));
        });
        return swapped.toString();
    }

    /** Java has no full case folding; of ASCII it is the lower case. */
    private static String casefold(String text) {
        if (!text.chars().allMatch(letter -> letter < 0x80)) {
            throw new UnsupportedJinja("casefold of letters that are not ASCII");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    static String replace(String text, String old, String with, int count) {
        if (count < 0) {
            return old.isEmpty() ? spread(text, with, Integer.MAX_VALUE) : text.replace(old, with);
        }
        if (old.isEmpty()) {
            return spread(text, with, count);
        }
        StringBuilder replaced = new StringBuilder();
        int at = 0;
        int left = count;
        for (int next = text.indexOf(old); next >= 0 && left > 0; next = text.indexOf(old, at), left--) {
            replaced.append(text, at, next).append(with);
            at = next + old.length();
        }
        return replaced.append(text.substring(at)).toString();
    }

    /** An empty string is found before every character and at the end. */
    private static String spread(String text, String with, int count) {
        StringBuilder spread = new StringBuilder();
        int left = count;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            spread.append(left-- > 0 ? with : "").appendCodePoint(text.codePointAt(at));
        }
        return spread.append(left > 0 ? with : "").toString();
    }

    static String joined(String separator, List<Object> items) {
        StringBuilder text = new StringBuilder();
        String between = "";
        for (Object item : items) {
            if (!(item instanceof String part)) {
                throw new TemplateFault("only strings can be joined by join, not a value of type " + Values.type(item));
            }
            text.append(between).append(part);
            between = separator;
        }
        return text.toString();
    }

    private static int missing(String text, Arguments arguments) {
        arguments.required(0, "width");
        return Math.max(0, Math.min(1 << 20, arguments.integer(0, "width", 0)) - (int) Values.length(text));
    }

    private static String padded(String text, int left, int right, Arguments arguments) {
        String fill = arguments.text(1, "fillchar", " ");
        return fill.repeat(left) + text + fill.repeat(right);
    }

    private static boolean affix(String text, Arguments arguments, boolean start) {
        bare(arguments, 1);
        Object affix = arguments.required(0, "prefix");
        List<Object> any = affix instanceof Tuple tuple ? tuple.items() : List.of(arguments.text(0, "prefix"));
        return any.stream().anyMatch(one -> start ? text.startsWith((String) one) : text.endsWith((String) one));
    }

    private static void bare(Arguments arguments, int count) {
        if (arguments.positional().size() > count) {
            throw new UnsupportedJinja("a search in a string with a start or an end");
        }
    }

    private static long place(String text, int index, Arguments arguments) {
        bare(arguments, 1);
        return index < 0 ? -1 : text.codePointCount(0, index);
    }

    private static long found(long place) {
        if (place < 0) {
            throw new TemplateFault("a substring was not found");
        }
        return place;
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return Values.length(text) + 1;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }
}
