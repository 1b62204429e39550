package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of a call as written: positional, by name, {@code *list} and {@code **dictionary}. */
record CallArguments(
        List<Expression> positional,
        Map<String, Expression> named,
        Optional<Expression> rest,
        Optional<Expression> namedRest) {
    static final CallArguments NONE = new CallArguments(List.of(), Map.of(), Optional.empty(), Optional.empty());

    Arguments evaluate(Scope scope) {
        if (equals(NONE)) {
            return Arguments.NONE;
        }
        List<Object> values = new ArrayList<>(positional.size());
        positional.forEach(expression -> values.add(expression.evaluate(scope)));
        rest.ifPresent(expression -> values.addAll(Values.list(expression.evaluate(scope))));
        Map<String, Object> names = new LinkedHashMap<>();
        named.forEach((name, expression) -> names.put(name, expression.evaluate(scope)));
        if (namedRest.isPresent()) {
            if (!(namedRest.get().evaluate(scope) instanceof Map<?, ?> map)) {
                throw new TemplateFault("what follows ** is no dictionary");
            }
            map.forEach((name, value) -> names.put(String.valueOf(name), value));
        }
        return new Arguments(values, names);
    }
}
