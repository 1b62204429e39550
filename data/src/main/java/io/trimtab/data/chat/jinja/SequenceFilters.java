package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Filters that take items. */
final class SequenceFilters {
    private SequenceFilters() {}

    static @Nullable Object apply(String name, Object value, Arguments arguments) {
        return switch (name) {
            case "list" -> new ArrayList<>(Values.list(value));
            case "first" -> first(value);
            case "last" -> last(value);
            case "join" -> joined(value, arguments);
            case "reverse" -> reversed(value);
            case "map" -> new Generator(mapped(value, arguments));
            case "select" -> new Generator(kept(value, tested(arguments, 0), true));
            case "reject" -> new Generator(kept(value, tested(arguments, 0), false));
            case "selectattr" -> new Generator(kept(value, attributeTested(arguments), true));
            case "rejectattr" -> new Generator(kept(value, attributeTested(arguments), false));
            case "sort" -> sorted(value, arguments);
            case "unique" -> new Generator(unique(value, arguments));
            case "min" -> extreme(value, arguments, -1);
            case "max" -> extreme(value, arguments, 1);
            case "sum" -> sum(value, arguments);
            case "dictsort" -> dictsort(value, arguments);
            case "batch" -> new Generator(batches(value, arguments));
            case "slice" -> new Generator(slices(value, arguments));
            case "groupby" -> groups(value, arguments);
            default -> null;
        };
    }

    private static Object first(Object value) {
        if (value instanceof Generator generator) {
            return generator.rest().hasNext() ? generator.rest().next() : new Undefined("the first of no items");
        }
        List<Object> items = Values.list(value);
        return items.isEmpty() ? new Undefined("the first of no items") : items.get(0);
    }

    private static Object last(Object value) {
        if (value instanceof Generator || value instanceof Undefined) {
            throw new TemplateFault("the filter last needs a sequence, not a " + Values.type(value));
        }
        List<Object> items = Values.list(value);
        return items.isEmpty() ? new Undefined("the last of no items") : items.get(items.size() - 1);
    }

    private static String joined(Object value, Arguments arguments) {
        Function<Object, Object> key = key(arguments.get(1, "attribute", None.NONE), false, new Undefined("join"));
        List<Object> items = Values.list(value).stream().map(key).toList();
        return String.join(Printing.text(arguments.get(0, "d", "")), Printing.texts(items));
    }

    private static Object reversed(Object value) {
        if (value instanceof String text) {
            return Splitting.reversed(text);
        }
        List<Object> items = new ArrayList<>(Values.list(value));
        Collections.reverse(items);
        return new Generator(items);
    }

    private static List<Object> mapped(Object value, Arguments arguments) {
        Function<Object, Object> change;
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            change = key(
                    arguments.get(0, "attribute", ""),
                    false,
                    arguments.get(Integer.MAX_VALUE, "default", new Undefined("map")));
        } else {
            String filter = arguments.text(0, "filter");
            change = item -> Filters.apply(filter, item, arguments.from(1));
        }
        List<Object> items = new ArrayList<>();
        itemsOrNone(value).forEach(item -> items.add(change.apply(item)));
        return items;
    }

    /** Jinja2 asks for the truth first, so that None and 0 pass as no items. */
    private static List<Object> itemsOrNone(Object value) {
        return Values.isTrue(value) ? Values.list(value) : List.of();
    }

    private static Predicate<Object> tested(Arguments arguments, int place) {
        if (arguments.positional().size() <= place) {
            return Values::isTrue;
        }
        String test = arguments.text(place, "test");
        Arguments rest = arguments.from(place + 1);
        return item -> Tests.holds(test, item, rest);
    }

    private static Predicate<Object> attributeTested(Arguments arguments) {
        Function<Object, Object> key = key(arguments.required(0, "attr"), false, new Undefined("attribute"));
        Predicate<Object> test = tested(arguments, 1);
        return item -> test.test(key.apply(item));
    }

    private static List<Object> kept(Object value, Predicate<Object> test, boolean which) {
        List<Object> kept = new ArrayList<>();
        for (Object item : itemsOrNone(value)) {
            if (test.test(item) == which) {
                kept.add(item);
            }
        }
        return kept;
    }

    /** What is compared of an item: itself, or an attribute, dotted or several with commas; text in lower case unless told. */
    private static Function<Object, Object> key(Object attribute, boolean lower, Object fallback) {
        Function<Object, Object> fold =
                item -> lower && item instanceof String text ? text.toLowerCase(Locale.ROOT) : item;
        if (attribute == None.NONE) {
            return fold;
        }
        List<Object> path = new ArrayList<>();
        if (attribute instanceof String dotted) {
            for (String part : dotted.split("\\.", -1)) {
                path.add(part.matches("\\d+") ? (Object) Long.valueOf(part) : part);
            }
        } else {
            path.add(attribute);
        }
        return item -> {
            Object value = item;
            for (Object part : path) {
                value = Members.item(value, part);
                if (value instanceof Undefined && !(fallback instanceof Undefined)) {
                    value = fallback;
                }
            }
            return fold.apply(value);
        };
    }

    private static Function<Object, Object> key(Arguments arguments, int caseSensitive, int attribute) {
        Object name = arguments.get(attribute, "attribute", None.NONE);
        if (name instanceof String text && text.indexOf(',') >= 0) {
            throw new UnsupportedJinja("sorting by several attributes");
        }
        return key(name, !arguments.flag(caseSensitive, "case_sensitive", false), new Undefined("attribute"));
    }

    private static List<Object> sorted(Object value, Arguments arguments) {
        Comparator<Object> order = Comparator.comparing(key(arguments, 1, 2), Comparisons::order);
        List<Object> items = new ArrayList<>(Values.list(value));
        items.sort(arguments.flag(0, "reverse", false) ? order.reversed() : order);
        return items;
    }

    private static List<Object> unique(Object value, Arguments arguments) {
        Function<Object, Object> key = key(arguments, 0, 1);
        List<Object> seen = new ArrayList<>();
        List<Object> items = new ArrayList<>();
        for (Object item : Values.list(value)) {
            Object own = key.apply(item);
            if (seen.stream().noneMatch(other -> Comparisons.equal(other, own))) {
                seen.add(own);
                items.add(item);
            }
        }
        return items;
    }

    private static Object extreme(Object value, Arguments arguments, int sign) {
        Function<Object, Object> key = key(arguments, 0, 1);
        Object best = new Undefined("the extreme of no items");
        for (Object item : Values.list(value)) {
            if (best instanceof Undefined || Comparisons.order(key.apply(item), key.apply(best)) * sign > 0) {
                best = item;
            }
        }
        return best;
    }

    private static Object sum(Object value, Arguments arguments) {
        Function<Object, Object> key = key(arguments.get(0, "attribute", None.NONE), false, new Undefined("sum"));
        Object sum = arguments.get(1, "start", 0L);
        for (Object item : Values.list(value)) {
            sum = Numbers.apply("+", sum, key.apply(item));
        }
        return sum;
    }

    private static List<Object> dictsort(Object value, Arguments arguments) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateFault(
                    "the filter dictsort needs a dictionary, not a value of type " + Values.type(value));
        }
        long place = arguments.text(1, "by", "key").equals("value") ? 1 : 0;
        Function<Object, Object> key =
                key(place, !arguments.flag(0, "case_sensitive", false), new Undefined("dictsort"));
        Comparator<Object> order = Comparator.comparing(key, Comparisons::order);
        List<Object> items = CollectionMethods.items(map);
        items.sort(arguments.flag(2, "reverse", false) ? order.reversed() : order);
        return items;
    }

    private static List<Object> batches(Object value, Arguments arguments) {
        int size = Math.max(1, arguments.integer(0, "linecount", 1));
        Object fill = arguments.get(1, "fill_with", None.NONE);
        List<Object> batches = new ArrayList<>();
        List<Object> items = Values.list(value);
        for (int start = 0; start < items.size(); start += size) {
            List<Object> batch = new ArrayList<>(items.subList(start, Math.min(items.size(), start + size)));
            while (fill != None.NONE && batch.size() < size) {
                batch.add(fill);
            }
            batches.add(batch);
        }
        return batches;
    }

    private static List<Object> slices(Object value, Arguments arguments) {
        List<Object> items = Values.list(value);
        int count = Math.max(1, arguments.integer(0, "slices", 1));
        Object fill = arguments.get(1, "fill_with", None.NONE);
        int each = items.size() / count;
        int longer = items.size() % count;
        List<Object> slices = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < count; i++) {
            int size = each + (i < longer ? 1 : 0);
            List<Object> slice = new ArrayList<>(items.subList(at, at + size));
            if (fill != None.NONE && i >= longer) {
                slice.add(fill);
            }
            slices.add(slice);
            at += size;
        }
        return slices;
    }

    private static List<Object> groups(Object value, Arguments arguments) {
        Object fallback = arguments.get(1, "default", new Undefined("groupby"));
        boolean lower = !arguments.flag(2, "case_sensitive", false);
        Function<Object, Object> key = key(arguments.required(0, "attribute"), lower, fallback);
        Function<Object, Object> shown = key(arguments.required(0, "attribute"), false, fallback);
        List<Object> items = new ArrayList<>(Values.list(value));
        items.sort(Comparator.comparing(key, Comparisons::order));
        Map<Object, Tuple> groups = new LinkedHashMap<>();
        for (Object item : items) {
            Tuple group = groups.computeIfAbsent(
                    key.apply(item), own -> new Tuple(List.of(shown.apply(item), new ArrayList<>())));
            add(group.items().get(1), item);
        }
        return new ArrayList<>(groups.values());
    }

    @SuppressWarnings("unchecked") // the list was made above
    private static void add(Object list, Object item) {
        ((List<Object>) list).add(item);
    }
}
