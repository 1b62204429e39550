package io.trimtab.data.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names seen from one place: a loop's round, a macro's call, the template; an inner one hides and never changes an outer one's. */
final class Scope {
    private final Optional<Scope> outer;
    private final Output rendering;
    private final Map<String, Object> values = new HashMap<>();

    private Scope(Optional<Scope> outer, Output rendering) {
        this.outer = outer;
        this.rendering = rendering;
    }

    /** @param rendering the template's own output, as seen from every place in it */
    static Scope of(Map<String, Object> variables, Output rendering) {
        Scope scope = new Scope(Optional.empty(), rendering);
        scope.values.putAll(variables);
        return scope;
    }

    Scope inner() {
        return new Scope(Optional.of(this), rendering);
    }

    Output rendering() {
        return rendering;
    }

    void set(String name, Object value) {
        values.put(name, value);
    }

    Object get(String name) {
        Object value = values.get(name);
        if (value != null) {
            return value;
        }
        return outer.isPresent() ? outer.get().get(name) : new Undefined(name);
    }
}
