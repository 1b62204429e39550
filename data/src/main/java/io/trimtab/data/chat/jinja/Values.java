package io.trimtab.data.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Python's built-in functions tell of a value: truth, length, items. */
final class Values {
    private Values() {}

    /** Plain Java data as the values of templates. */
    static Object of(@Nullable Object data) {
        if (data == null) {
            return None.NONE;
        }
        if (data instanceof Integer || data instanceof Short || data instanceof Byte) {
            return ((Number) data).longValue();
        }
        if (data instanceof BigInteger whole) {
            return Numbers.whole(whole);
        }
        if (data instanceof Number number && !(data instanceof Long)) {
            return number.doubleValue();
        }
        if (data instanceof Map<?, ?> map) {
            Map<Object, Object> values = new LinkedHashMap<>();
            map.forEach((key, value) -> values.put(of(key), of(value)));
            return values;
        }
        if (data instanceof List<?> list) {
            List<Object> values = new ArrayList<>(list.size());
            list.forEach(item -> values.add(of(item)));
            return values;
        }
        return data;
    }

    static boolean isTrue(Object markupOrValue) {
        Object value = Markup.plain(markupOrValue);
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof Long number) {
            return number != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        boolean hasLength = value instanceof String || isCollection(value) || value instanceof Undefined;
        return hasLength ? length(value) > 0 : value != None.NONE;
    }

    static boolean isCollection(Object value) {
        return value instanceof List || value instanceof Tuple || value instanceof Map;
    }

    /** Python's {@code len}; of a string in code points. */
    static long length(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof Tuple tuple) {
            return tuple.items().size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof Undefined) {
            return 0;
        }
        throw new TemplateFault("a value of type " + type(value) + " has no length");
    }

    /** What a loop over the value sees: a string's code points, a dictionary's keys. Uses up a generator. */
    static List<Object> list(Object value) {
        if (value instanceof List<?> list) {
            return cast(list);
        }
        if (value instanceof Tuple tuple) {
            return tuple.items();
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        List<Object> items = new ArrayList<>();
        if (value instanceof String text) {
            text.codePoints().forEach(point -> items.add(Character.toString(point)));
        } else if (value instanceof Generator generator) {
            for (Iterator<Object> rest = generator.rest(); rest.hasNext(); ) {
                items.add(rest.next());
            }
        } else if (!(value instanceof Undefined)) {
            throw new TemplateFault("a value of type " + type(value) + " cannot be iterated");
        }
        return items;
    }

    @SuppressWarnings("unchecked") // any list is a list of objects to read
    private static List<Object> cast(List<?> list) {
        return (List<Object>) list;
    }

    /** A dictionary's key; 1, 1.0 and True are one key. */
    static Object key(Object value) {
        if (value instanceof List || value instanceof Map) {
            throw new TemplateFault("a value of type " + type(value) + " cannot be a key");
        }
        return value;
    }

    static String type(Object value) {
        if (value instanceof String) {
            return "str";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof Long || value instanceof BigInteger) {
            return "int";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (value instanceof View view) {
            return view.kind();
        }
        if (value instanceof List) {
            return "list";
        }
        if (value instanceof Map) {
            return "dict";
        }
        if (value instanceof Callable) {
            return "function";
        }
        return value == None.NONE ? "None" : value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}
