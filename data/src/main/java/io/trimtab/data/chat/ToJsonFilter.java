package io.trimtab.data.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code tojson} as Hugging Face defines it: Python's separators, no escaping for HTML or ASCII, optional {@code indent}. */
final class ToJsonFilter implements AdvancedFilter {
    @Override
    public String getName() {
        return "tojson";
    }

    @Override
    public Object filter(
            @Nullable Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
        Object indent = named.get("indent");
        StringBuilder json = new StringBuilder();
        write(json, value, indent instanceof Number number ? number.intValue() : -1, 0);
        return json.toString();
    }

    private static void write(StringBuilder json, @Nullable Object value, int indent, int depth) {
        if (value instanceof Map<?, ?> map) {
            writeAll(json, map.entrySet().iterator(), "{}", indent, depth);
        } else if (value instanceof List<?> list) {
            writeAll(json, list.iterator(), "[]", indent, depth);
        } else if (value instanceof Map.Entry<?, ?> entry) {
            quote(json, String.valueOf(entry.getKey()));
            write(json.append(": "), entry.getValue(), indent, depth);
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            json.append(value);
        } else {
            quote(json, value.toString());
        }
    }

    private static void writeAll(StringBuilder json, Iterator<?> items, String brackets, int indent, int depth) {
        json.append(brackets.charAt(0));
        boolean any = items.hasNext();
        while (items.hasNext()) {
            breakLine(json, indent, depth + 1);
            write(json, items.next(), indent, depth + 1);
            json.append(items.hasNext() ? indent < 0 ? ", " : "," : "");
        }
        if (any) {
            breakLine(json, indent, depth);
        }
        json.append(brackets.charAt(1));
    }

    private static void breakLine(StringBuilder json, int indent, int depth) {
        if (indent >= 0) {
            json.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                default ->
                    json.append(
                            character < ' ' ? String.format("\\u%04x", (int) character) : String.valueOf(character));
            }
        }
        json.append('"');
    }
}
