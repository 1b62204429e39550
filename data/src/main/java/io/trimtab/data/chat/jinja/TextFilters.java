package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters that take text; any other value as it prints. */
final class TextFilters {
    private static final Pattern WORD_BEGIN =
            Pattern.compile("(?<=[-\\s({\\[<])|(?=[-\\s({\\[<])", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private TextFilters() {}

    static @Nullable Object apply(String name, Object value, Arguments arguments) {
        String text = value instanceof Generator || value instanceof Callable ? "" : Printing.text(value);
        return switch (name) {
            case "trim" -> trimmed(text, arguments);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> StringMethods.capitalize(text);
            case "title" -> title(text);
            case "replace" ->
                StringMethods.replace(
                        text,
                        Printing.text(arguments.required(0, "old")),
                        Printing.text(arguments.required(1, "new")),
                        arguments.get(2, "count", None.NONE) == None.NONE ? -1 : arguments.integer(2, "count", -1));
            case "indent" -> indented(text, arguments);
            case "escape", "e" -> Markup.escaped(text);
            case "format" ->
                PrintfFormat.of(
                        text, arguments.positional().isEmpty() ? arguments.named() : new Tuple(arguments.positional()));
            case "center" -> centred(text, arguments.integer(0, "width", 80));
            case "truncate" -> truncated(text, arguments);
            case "wordcount" -> WORD.matcher(text).results().count();
            default -> null;
        };
    }

    private static String trimmed(String text, Arguments arguments) {
        return arguments.get(0, "chars", None.NONE) == None.NONE
                ? PythonText.strip(text)
                : PythonText.stripStart(
                        PythonText.stripEnd(text, arguments.text(0, "chars")), arguments.text(0, "chars"));
    }

    private static String title(String text) {
        StringBuilder titled = new StringBuilder();
        for (String part : WORD_BEGIN.split(text, -1)) {
            if (!part.isEmpty()) {
                int first = Character.charCount(part.codePointAt(0));
                titled.append(part.substring(0, first).toUpperCase(Locale.ROOT))
                        .append(part.substring(first).toLowerCase(Locale.ROOT));
            }
        }
        return titled.toString();
    }

    private static String indented(String text, Arguments arguments) {
        Object width = arguments.get(0, "width", 4L);
        String step = width instanceof String own ? own : " ".repeat(Math.max(0, arguments.integer(0, "width", 4)));
        boolean blanksToo = arguments.flag(2, "blank", false);
        List<Object> lines = Splitting.lines(text + "\n", false);
        List<String> indented = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            indented.add(i > 0 && (blanksToo || !line.isEmpty()) ? step + line : line);
        }
        String all = String.join("\n", indented);
        return arguments.flag(1, "first", false) ? step + all : all;
    }

    private static String centred(String text, int width) {
        int missing = Math.max(0, width - (int) Values.length(text));
        int left = missing / 2 + (missing & width & 1);
        return " ".repeat(left) + text + " ".repeat(missing - left);
    }

    private static String truncated(String text, Arguments arguments) {
        int length = arguments.integer(0, "length", 255);
        String end = arguments.text(2, "end", "...");
        int leeway = arguments.get(3, "leeway", None.NONE) == None.NONE ? 5 : arguments.integer(3, "leeway", 5);
        if (Values.length(text) <= (long) length + leeway) {
            return text;
        }
        int kept = text.offsetByCodePoints(0, Math.max(0, length - (int) Values.length(end)));
        String start = text.substring(0, kept);
        int blank = start.lastIndexOf(' ');
        return (arguments.flag(1, "killwords", false) || blank < 0 ? start : start.substring(0, blank)) + end;
    }
}
