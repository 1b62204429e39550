package io.trimtab.data.chat.jinja;

import java.util.HashMap;
import java.util.Map;

/** {@code namespace()}: the one object whose attributes a template can set, from inside a loop too. */
final class Namespace {
    private final Map<String, Object> attributes = new HashMap<>();

    void set(String name, Object value) {
        if (name.startsWith("_")) {
            throw new TemplateFault("a namespace takes no attribute that begins with an underscore: " + name);
        }
        attributes.put(name, value);
    }

    Object get(String name) {
        Object value = attributes.get(name);
        return value == null ? new Undefined(name) : value;
    }
}
