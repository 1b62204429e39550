package io.trimtab.data.chat.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node of a template. */
sealed interface Statement
        permits Statement.Text,
                Statement.Print,
                Statement.If,
                For,
                Statement.Set,
                Statement.SetBlock,
                MacroDefinition,
                Statement.CallBlock,
                Statement.FilterBlock,
                Statement.With,
                Statement.Generation,
                Statement.Jump {
    /** What happens to the loop around. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow run(Scope scope, Output output);

    static Flow run(List<Statement> body, Scope scope, Output output) {
        for (Statement statement : body) {
            Flow flow = statement.run(scope, output);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    /** The text of a body that has names of its own. */
    static String text(List<Statement> body, Scope scope) {
        Output output = new Output();
        run(body, scope.inner(), output);
        return output.text();
    }

    record Text(String text) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            output.write(text);
            return Flow.NEXT;
        }
    }

    record Print(Expression value) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            output.write(Printing.text(value.evaluate(scope)));
            return Flow.NEXT;
        }
    }

    record Branch(Expression test, List<Statement> body) {}

    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            for (Branch branch : branches) {
                if (branch.test.isTrue(scope)) {
                    return Statement.run(branch.body, scope, output);
                }
            }
            return Statement.run(otherwise, scope, output);
        }
    }

    record Set(Target target, Expression value) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            target.assign(scope, value.evaluate(scope));
            return Flow.NEXT;
        }
    }

    /** {@code {% set x %}…{% endset %}}; {@code filters} is a chain that begins at the name {@link #BODY}. */
    record SetBlock(Target target, Optional<Expression> filters, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            String text = Statement.text(body, scope);
            target.assign(scope, filters.isPresent() ? filtered(filters.get(), text, scope) : text);
            return Flow.NEXT;
        }
    }

    /** No name of a template, so that none can hide it. */
    String BODY = "(body)";

    static Object filtered(Expression filters, String text, Scope scope) {
        Scope inner = scope.inner();
        inner.set(BODY, text);
        return filters.evaluate(inner);
    }

    record FilterBlock(Expression filters, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            output.write(Printing.text(filtered(filters, Statement.text(body, scope), scope)));
            return Flow.NEXT;
        }
    }

    /** {@code {% call(x) f() %}…}: the body is the macro {@code caller} of the call. */
    record CallBlock(Expression.Call call, Macro.Signature signature, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            Arguments given = call.arguments().evaluate(scope);
            Map<String, Object> named = new LinkedHashMap<>(given.named());
            named.put("caller", new Macro(signature, body, scope));
            Object function = call.function().evaluate(scope);
            output.write(Printing.text(Members.call(function, new Arguments(given.positional(), named))));
            return Flow.NEXT;
        }
    }

    record With(List<Target> targets, List<Expression> values, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            Scope inner = scope.inner();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(inner, values.get(i).evaluate(scope));
            }
            return Statement.run(body, inner, output);
        }
    }

    /** Hugging Face's mark for what the assistant writes; inside a macro it counts from where the template calls the macro. */
    record Generation(List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            String block = Statement.text(body, scope);
            scope.rendering().addGeneration(block.length());
            output.write(block);
            return Flow.NEXT;
        }
    }

    record Jump(Flow flow) implements Statement {
        @Override
        public Flow run(Scope scope, Output output) {
            return flow;
        }
    }
}
