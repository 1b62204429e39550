package io.trimtab.data.chat.jinja;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Hugging Face's {@code tojson}: Python's {@code json.dumps} that leaves HTML and, unless told, non-ASCII characters alone. */
final class Json {
    private final StringBuilder out = new StringBuilder();
    private final boolean ascii;
    private final boolean lines;
    private final String indent;
    private final String between;
    private final String afterKey;
    private final boolean sorted;

    private Json(Arguments arguments) {
        ascii = arguments.flag(0, "ensure_ascii", false);
        Object step = arguments.get(1, "indent", None.NONE);
        lines = step != None.NONE;
        indent = step instanceof String text
                ? text
                : lines ? " ".repeat(Math.max(0, arguments.integer(1, "indent", 0))) : "";
        Object separators = arguments.get(2, "separators", None.NONE);
        if (separators == None.NONE) {
            between = lines ? "," : ", ";
            afterKey = ": ";
        } else {
            List<Object> pair = Values.list(separators);
            if (pair.size() != 2) {
                throw new TemplateFault("tojson needs two separators");
            }
            between = Printing.text(pair.get(0));
            afterKey = Printing.text(pair.get(1));
        }
        sorted = arguments.flag(3, "sort_keys", false);
    }

    static String of(Object value, Arguments arguments) {
        Json json = new Json(arguments);
        json.write(value, 0);
        return json.out.toString();
    }

    private void write(Object value, int depth) {
        if (value instanceof String text) {
            quote(text);
        } else if (value instanceof Map<?, ?> map) {
            dictionary(map, depth);
        } else if (value instanceof View view) {
            throw new TemplateFault("a value of type " + view.kind() + " is no JSON");
        } else if (value instanceof List || value instanceof Tuple) {
            items(Values.list(value).iterator(), depth);
        } else {
            out.append(scalar(value));
        }
    }

    private static String scalar(Object value) {
        if (value == None.NONE) {
            return "null";
        }
        if (value instanceof Double number) {
            return Double.isNaN(number)
                    ? "NaN"
                    : Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : Printing.real(number);
        }
        if (Numbers.isNumber(value)) {
            return value.toString();
        }
        throw new TemplateFault("a value of type " + Values.type(value) + " has no form in JSON");
    }

    private void dictionary(Map<?, ?> map, int depth) {
        List<Object> keys = Values.list(map);
        if (sorted) {
            keys.sort(Comparator.comparing(key -> key, Comparisons::order));
        }
        out.append('{');
        for (Iterator<Object> rest = keys.iterator(); rest.hasNext(); ) {
            Object key = rest.next();
            newLine(depth + 1);
            quote(key instanceof String text ? text : scalar(key));
            out.append(afterKey);
            write(Members.item(map, key), depth + 1);
            out.append(rest.hasNext() ? between : "");
        }
        if (!keys.isEmpty()) {
            newLine(depth);
        }
        out.append('}');
    }

    private void items(Iterator<Object> items, int depth) {
        out.append('[');
        boolean any = items.hasNext();
        while (items.hasNext()) {
            newLine(depth + 1);
            write(items.next(), depth + 1);
            out.append(items.hasNext() ? between : "");
        }
        if (any) {
            newLine(depth);
        }
        out.append(']');
    }

    private void newLine(int depth) {
        if (lines) {
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (character < ' ' || (ascii && character > '~')) {
                        out.append(String.format("\\u%04x", (int) character));
                    } else {
                        out.append(character);
                    }
                }
            }
        }
        out.append('"');
    }
}
