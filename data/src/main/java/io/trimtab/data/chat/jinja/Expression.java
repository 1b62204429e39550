package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node of an expression. */
sealed interface Expression {
    Object evaluate(Scope scope);

    default boolean isTrue(Scope scope) {
        return Values.isTrue(evaluate(scope));
    }

    record Constant(Object value) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return value;
        }
    }

    record Name(String name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return scope.get(name);
        }
    }

    record ListOf(List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            List<Object> values = new ArrayList<>(items.size());
            items.forEach(item -> values.add(item.evaluate(scope)));
            return values;
        }
    }

    record TupleOf(List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return new Tuple(items.stream().map(item -> item.evaluate(scope)).toList());
        }
    }

    record Entry(Expression key, Expression value) {}

    record DictOf(List<Entry> entries) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Map<Object, Object> values = new LinkedHashMap<>();
            entries.forEach(entry -> values.put(Values.key(entry.key.evaluate(scope)), entry.value.evaluate(scope)));
            return values;
        }
    }

    /** {@code value if test else other}; without an other, undefined. */
    record Conditional(Expression test, Expression value, Optional<Expression> other) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            if (test.isTrue(scope)) {
                return value.evaluate(scope);
            }
            return other.isPresent() ? other.get().evaluate(scope) : new Undefined("the inline if without an else");
        }
    }

    record And(Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = left.evaluate(scope);
            return Values.isTrue(value) ? right.evaluate(scope) : value;
        }
    }

    record Or(Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = left.evaluate(scope);
            return Values.isTrue(value) ? value : right.evaluate(scope);
        }
    }

    record Not(Expression operand) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return !operand.isTrue(scope);
        }
    }

    record Comparison(String operator, Expression right) {}

    /** {@code a < b < c} as in Python: every neighbour, up to the first that fails. */
    record Compare(Expression left, List<Comparison> comparisons) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = left.evaluate(scope);
            for (Comparison comparison : comparisons) {
                Object right = comparison.right.evaluate(scope);
                if (!Comparisons.holds(comparison.operator, value, right)) {
                    return false;
                }
                value = right;
            }
            return true;
        }
    }

    record Arithmetic(String operator, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Numbers.apply(operator, left.evaluate(scope), right.evaluate(scope));
        }
    }

    record Signed(boolean negative, Expression operand) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Numbers.signed(negative, operand.evaluate(scope));
        }
    }

    record Concatenation(List<Expression> parts) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            StringBuilder text = new StringBuilder();
            parts.forEach(part -> text.append(Printing.text(part.evaluate(scope))));
            return text.toString();
        }
    }

    record Attribute(Expression owner, String name) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Members.attribute(owner.evaluate(scope), name);
        }
    }

    record Item(Expression owner, Expression key) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Members.item(owner.evaluate(scope), key.evaluate(scope));
        }
    }

    record Slice(Expression owner, Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step)
            implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Slices.of(owner.evaluate(scope), bound(start, scope), bound(stop, scope), bound(step, scope));
        }

        private static Object bound(Optional<Expression> bound, Scope scope) {
            return bound.isPresent() ? bound.get().evaluate(scope) : None.NONE;
        }
    }

    record Call(Expression function, CallArguments arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Members.call(function.evaluate(scope), arguments.evaluate(scope));
        }
    }

    record Filter(Expression value, String name, CallArguments arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Filters.apply(name, value.evaluate(scope), arguments.evaluate(scope));
        }
    }

    record Test(Expression value, String name, CallArguments arguments) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Tests.holds(name, value.evaluate(scope), arguments.evaluate(scope));
        }
    }
}
