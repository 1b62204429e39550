package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A macro with the names it sees, those of the place where it stands; its call answers text. */
record Macro(Signature signature, List<Statement> body, Scope scope) implements Callable {
    record Parameter(String name, Optional<Expression> fallback) {}

    /** @param reads which of {@code caller}, {@code varargs}, {@code kwargs} the body reads; others are refused where given */
    record Signature(String name, List<Parameter> parameters, Set<String> reads) {}

    @Override
    public Object call(Arguments arguments) {
        Scope inner = scope.inner();
        Map<String, Object> left = new LinkedHashMap<>(arguments.named());
        List<Object> given = arguments.positional();
        int at = 0;
        for (Parameter parameter : signature.parameters()) {
            Object named = left.remove(parameter.name());
            if (at < given.size()) {
                if (named != null) {
                    throw new TemplateFault("macro " + signature.name() + " got " + parameter.name() + " twice");
                }
                inner.set(parameter.name(), given.get(at));
            } else if (named != null) {
                inner.set(parameter.name(), named);
            } else {
                Optional<Expression> fallback = parameter.fallback();
                inner.set(
                        parameter.name(),
                        fallback.isPresent() ? fallback.get().evaluate(inner) : new Undefined(parameter.name()));
            }
            at++;
        }
        extras(inner, left, given.size() > at ? new ArrayList<>(given.subList(at, given.size())) : List.of());
        Output output = new Output();
        Statement.run(body, inner, output);
        return output.text();
    }

    /** What a template may ask of a macro: its name and the names of its parameters. */
    Object attribute(String asked) {
        return switch (asked) {
            case "name" -> signature.name();
            case "arguments" ->
                new Tuple(new ArrayList<>(
                        signature.parameters().stream().map(Parameter::name).toList()));
            default -> new Undefined(asked);
        };
    }

    private void extras(Scope inner, Map<String, Object> named, List<Object> positional) {
        if (signature.reads().contains("caller")) {
            Object caller = named.remove("caller");
            inner.set("caller", caller == null ? new Undefined("caller") : caller);
        }
        if (signature.reads().contains("kwargs")) {
            inner.set("kwargs", new LinkedHashMap<Object, Object>(named));
        } else if (!named.isEmpty()) {
            throw new TemplateFault("macro " + signature.name() + " takes no argument "
                    + named.keySet().iterator().next());
        }
        if (signature.reads().contains("varargs")) {
            inner.set("varargs", new Tuple(positional));
        } else if (!positional.isEmpty()) {
            throw new TemplateFault("macro " + signature.name() + " takes no more than "
                    + signature.parameters().size() + " arguments");
        }
    }
}
