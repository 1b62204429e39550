package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A loop. Every round has its own names; {@code loop} counts the items that pass the loop's own condition. */
record For(
        Target target,
        Expression items,
        Optional<Expression> condition,
        boolean recursive,
        List<Statement> body,
        List<Statement> otherwise)
        implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
        rounds(scope, items.evaluate(scope), 0, output);
        return Flow.NEXT;
    }

    private void rounds(Scope scope, Object values, int depth, Output output) {
        List<Object> passing = passing(scope, Values.list(values));
        Loop loop = new Loop(
                passing,
                depth,
                recursive
                        ? deeper(scope, depth)
                        : arguments -> {
                            throw new TemplateFault("a loop that is not recursive was called");
                        });
        for (int i = 0; i < passing.size(); i++) {
            Scope round = scope.inner();
            loop.at(i);
            round.set("loop", loop);
            target.assign(round, passing.get(i));
            if (Statement.run(body, round, output) == Flow.BREAK) {
                return;
            }
        }
        if (passing.isEmpty()) {
            Statement.run(otherwise, scope.inner(), output);
        }
    }

    private List<Object> passing(Scope scope, List<Object> values) {
        if (condition.isEmpty()) {
            return values;
        }
        List<Object> passing = new ArrayList<>();
        for (Object value : values) {
            Scope inner = scope.inner();
            target.assign(inner, value);
            if (condition.get().isTrue(inner)) {
                passing.add(value);
            }
        }
        return passing;
    }

    private Callable deeper(Scope scope, int depth) {
        return arguments -> {
            Output output = new Output();
            rounds(scope, arguments.required(0, "iterable"), depth + 1, output);
            return output.text();
        };
    }
}
