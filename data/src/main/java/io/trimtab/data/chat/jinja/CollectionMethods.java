package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of dictionaries, lists and tuples that change nothing; the sandbox forbids the others. */
final class CollectionMethods {
    private static final Set<String> CHANGING = Set.of(
            "append",
            "clear",
            "extend",
            "insert",
            "pop",
            "popitem",
            "remove",
            "reverse",
            "setdefault",
            "sort",
            "update");

    private CollectionMethods() {}

    static Object of(Object owner, String name) {
        if (owner instanceof Map<?, ?> map) {
            return ofMap(map, name);
        }
        if (View.isOfDictionary(owner)) {
            return new Undefined(name);
        }
        List<Object> items = Values.list(owner);
        return switch (name) {
            case "count" ->
                (Callable) arguments -> items.stream()
                        .filter(item -> Comparisons.equal(item, arguments.required(0, "value")))
                        .count();
            case "index" -> (Callable) arguments -> index(items, arguments.required(0, "value"));
            case "copy" -> isList(owner) ? (Callable) arguments -> new ArrayList<>(items) : new Undefined(name);
            default -> changing(name, isList(owner));
        };
    }

    private static boolean isList(Object owner) {
        return owner instanceof List && !(owner instanceof View);
    }

    private static Object ofMap(Map<?, ?> map, String name) {
        return switch (name) {
            case "get" ->
                (Callable) arguments -> {
                    Object value = map.get(Values.key(arguments.required(0, "key")));
                    return value == null ? arguments.get(1, "default", None.NONE) : value;
                };
            case "items" -> (Callable) arguments -> new View("dict_items", items(map));
            case "keys" -> (Callable) arguments -> new View("dict_keys", new ArrayList<>(map.keySet()));
            case "values" -> (Callable) arguments -> new View("dict_values", new ArrayList<>(map.values()));
            case "copy" -> (Callable) arguments -> new LinkedHashMap<>(map);
            default -> changing(name, true);
        };
    }

    private static Object changing(String name, boolean canChange) {
        return canChange && CHANGING.contains(name)
                ? (Callable) arguments -> {
                    throw new TemplateFault("the sandbox forbids the method " + name);
                }
                : new Undefined(name);
    }

    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>(map.size());
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    private static long index(List<Object> items, Object value) {
        for (int i = 0; i < items.size(); i++) {
            if (Comparisons.equal(items.get(i), value)) {
                return i;
            }
        }
        throw new TemplateFault("a list does not hold the value whose index was asked");
    }
}
