package io.trimtab.data.chat.jinja;

import io.trimtab.data.chat.jinja.Expression.Comparison;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Expressions, method by method with the precedences of Jinja2's own parser. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NO_ARGUMENT = Set.of("else", "or", "and");

    private final TokenStream stream;
    private final Consumer<String> onName;

    /** @param onName told every name that is read */
    ExpressionParser(TokenStream stream, Consumer<String> onName) {
        this.stream = stream;
        this.onName = onName;
    }

    /** An expression, or a tuple where commas follow. */
    Expression tuple(boolean conditional) {
        return tuple(conditional, false);
    }

    private Expression tuple(boolean conditional, boolean inParentheses) {
        List<Expression> items = new ArrayList<>();
        boolean isTuple = false;
        while (!endsTuple()) {
            items.add(conditional ? expression() : or());
            if (!stream.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (isTuple || (items.isEmpty() && inParentheses)) {
            return new Expression.TupleOf(items);
        }
        if (items.isEmpty()) {
            throw stream.unexpected("an expression");
        }
        return items.get(0);
    }

    private boolean endsTuple() {
        TokenType type = stream.current().type();
        return type == TokenType.VARIABLE_END || type == TokenType.BLOCK_END || stream.isOperator(")");
    }

    Expression expression() {
        Expression value = or();
        while (stream.skipName("if")) {
            Expression test = or();
            Optional<Expression> other = stream.skipName("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expression.Conditional(test, value, other);
        }
        return value;
    }

    Expression or() {
        Expression left = and();
        while (stream.skipName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (stream.skipName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        return stream.skipName("not") ? new Expression.Not(not()) : compare();
    }

    private Expression compare() {
        Expression left = sum();
        List<Comparison> comparisons = new ArrayList<>();
        while (true) {
            Token token = stream.current();
            if (token.type() == TokenType.OPERATOR && COMPARISONS.contains(token.text())) {
                stream.next();
                comparisons.add(new Comparison(token.text(), sum()));
            } else if (stream.skipName("in")) {
                comparisons.add(new Comparison("in", sum()));
            } else if (stream.isName("not") && stream.ahead().is(TokenType.NAME, "in")) {
                stream.next();
                stream.next();
                comparisons.add(new Comparison("not in", sum()));
            } else {
                return comparisons.isEmpty() ? left : new Expression.Compare(left, comparisons);
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (stream.isOperator("+") || stream.isOperator("-")) {
            left = new Expression.Arithmetic(stream.next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (stream.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (stream.isOperator("*") || stream.isOperator("/") || stream.isOperator("//") || stream.isOperator("%")) {
            left = new Expression.Arithmetic(stream.next().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (stream.skipOperator("**")) {
            left = new Expression.Arithmetic("**", left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean filtered) {
        Expression value;
        if (stream.isOperator("-") || stream.isOperator("+")) {
            value = new Expression.Signed(stream.next().text().equals("-"), unary(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        return filtered ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        Token token = stream.next();
        return switch (token.type()) {
            case NAME -> named(token.text());
            case STRING -> new Expression.Constant(adjoining(token.text()));
            case INTEGER -> new Expression.Constant(integer(token.text()));
            case FLOAT -> new Expression.Constant(Double.valueOf(token.text()));
            case OPERATOR -> bracketed(token);
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw new TemplateSyntaxException(token.line(), "expected an expression, found " + token);
        };
    }

    private Expression named(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Constant(true);
            case "false", "False" -> new Expression.Constant(false);
            case "none", "None" -> new Expression.Constant(None.NONE);
            default -> {
                onName.accept(name);
                yield new Expression.Name(name);
            }
        };
    }

    private String adjoining(String first) {
        StringBuilder text = new StringBuilder(first);
        while (stream.current().type() == TokenType.STRING) {
            text.append(stream.next().text());
        }
        return text.toString();
    }

    private static Object integer(String digits) {
        int radix = digits.length() < 2
                ? 10
                : "bB".indexOf(digits.charAt(1)) >= 0
                        ? 2
                        : "oO".indexOf(digits.charAt(1)) >= 0 ? 8 : "xX".indexOf(digits.charAt(1)) >= 0 ? 16 : 10;
        return Numbers.whole(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                Expression inner = tuple(true, true);
                stream.expectOperator(")");
                yield inner;
            }
            case "[" -> new Expression.ListOf(items("]"));
            case "{" -> dictionary();
            default -> throw new TemplateSyntaxException(token.line(), "expected an expression, found " + token);
        };
    }

    private List<Expression> items(String end) {
        List<Expression> items = new ArrayList<>();
        while (!stream.skipOperator(end)) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
            }
            if (stream.skipOperator(end)) {
                break;
            }
            items.add(expression());
        }
        return items;
    }

    private Expression dictionary() {
        List<Expression.Entry> entries = new ArrayList<>();
        while (!stream.skipOperator("}")) {
            if (!entries.isEmpty()) {
                stream.expectOperator(",");
            }
            if (stream.skipOperator("}")) {
                break;
            }
            Expression key = expression();
            stream.expectOperator(":");
            entries.add(new Expression.Entry(key, expression()));
        }
        return new Expression.DictOf(entries);
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (stream.skipOperator(".")) {
                value = member(value);
            } else if (stream.skipOperator("[")) {
                value = subscript(value);
            } else if (stream.isOperator("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression member(Expression owner) {
        Token token = stream.next();
        return switch (token.type()) {
            case NAME -> new Expression.Attribute(owner, token.text());
            case INTEGER -> new Expression.Item(owner, new Expression.Constant(integer(token.text())));
            default -> throw new TemplateSyntaxException(token.line(), "expected a name, found " + token);
        };
    }

    private Expression subscript(Expression owner) {
        Optional<Expression> start = Optional.empty();
        if (!stream.isOperator(":")) {
            Expression index = expression();
            if (stream.isOperator(",")) {
                throw new TemplateSyntaxException(
                        stream.current().line(), "a subscript of several values is not supported");
            }
            if (stream.skipOperator("]")) {
                return new Expression.Item(owner, index);
            }
            start = Optional.of(index);
        }
        stream.expectOperator(":");
        Optional<Expression> stop = bound();
        Optional<Expression> step = stream.skipOperator(":") ? bound() : Optional.empty();
        stream.expectOperator("]");
        return new Expression.Slice(owner, start, stop, step);
    }

    private Optional<Expression> bound() {
        return stream.isOperator(":") || stream.isOperator("]") ? Optional.empty() : Optional.of(expression());
    }

    CallArguments arguments() {
        stream.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Optional<Expression> rest = Optional.empty();
        Optional<Expression> namedRest = Optional.empty();
        boolean comma = false;
        while (!stream.skipOperator(")")) {
            if (comma) {
                stream.expectOperator(",");
                if (stream.skipOperator(")")) {
                    break;
                }
            }
            comma = true;
            if (stream.skipOperator("**")) {
                namedRest = Optional.of(expression());
            } else if (stream.skipOperator("*")) {
                rest = Optional.of(expression());
            } else if (stream.current().type() == TokenType.NAME
                    && stream.ahead().is(TokenType.OPERATOR, "=")) {
                String name = stream.next().text();
                stream.next();
                named.put(name, expression());
            } else if (!named.isEmpty() || namedRest.isPresent()) {
                throw stream.unexpected("an argument by name");
            } else {
                positional.add(expression());
            }
        }
        return new CallArguments(positional, named, rest, namedRest);
    }

    private Expression filtersAndTests(Expression start) {
        Expression value = start;
        while (true) {
            if (stream.isOperator("|")) {
                value = filters(value);
            } else if (stream.isName("is")) {
                value = test(value);
            } else if (stream.isOperator("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    /** Filters from here on, each behind a bar. */
    Expression filters(Expression start) {
        Expression value = start;
        while (stream.skipOperator("|")) {
            value = filter(value);
        }
        return value;
    }

    /** One filter, its name first; a {@code filter} block and a block {@code set} begin here. */
    Expression filter(Expression value) {
        String name = dottedName();
        return new Expression.Filter(value, name, stream.isOperator("(") ? arguments() : CallArguments.NONE);
    }

    private Expression test(Expression value) {
        stream.next();
        boolean negated = stream.skipName("not");
        String name = dottedName();
        CallArguments arguments = CallArguments.NONE;
        if (stream.isOperator("(")) {
            arguments = arguments();
        } else if (beginsArgument()) {
            if (stream.isName("is")) {
                throw stream.unexpected("no second test");
            }
            arguments = new CallArguments(List.of(postfix(primary())), Map.of(), Optional.empty(), Optional.empty());
        }
        Expression test = new Expression.Test(value, name, arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean beginsArgument() {
        Token token = stream.current();
        return switch (token.type()) {
            case NAME -> !NO_ARGUMENT.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(stream.expectName());
        while (stream.skipOperator(".")) {
            name.append('.').append(stream.expectName());
        }
        return name.toString();
    }
}
