package io.trimtab.data.chat.jinja;

import java.util.List;
import java.util.Map;

/** Evaluated arguments of a call, by position and by name. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    boolean has(int position, String name) {
        return position < positional.size() || named.containsKey(name);
    }

    /** The argument at the place or of the name, else the fallback. */
    Object get(int position, String name, Object fallback) {
        if (position < positional.size()) {
            return positional.get(position);
        }
        return named.getOrDefault(name, fallback);
    }

    Object required(int position, String name) {
        if (!has(position, name)) {
            throw new TemplateFault("a call lacks its argument " + name);
        }
        return get(position, name, None.NONE);
    }

    String text(int position, String name) {
        if (required(position, name) instanceof String text) {
            return text;
        }
        throw new TemplateFault("argument " + name + " is not a string");
    }

    String text(int position, String name, String fallback) {
        return has(position, name) ? text(position, name) : fallback;
    }

    int integer(int position, String name, int fallback) {
        Object value = get(position, name, (long) fallback);
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        if (value instanceof Long number) {
            return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
        }
        throw new TemplateFault("argument " + name + " is not an integer");
    }

    boolean flag(int position, String name, boolean fallback) {
        return Values.isTrue(get(position, name, fallback));
    }

    /** Those behind the first {@code count} by position, all by name: what a filter hands on to the filter it names. */
    Arguments from(int count) {
        return new Arguments(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }
}
