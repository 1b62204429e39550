package io.trimtab.data.chat.jinja;

import io.trimtab.data.chat.jinja.Statement.Flow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** From tokens to the tree of a template. */
final class Parser {
    private static final Set<String> ELSEWHERE =
            Set.of("include", "import", "from", "extends", "block", "autoescape", "do", "trans", "debug");
    private static final Set<String> EXTRAS = Set.of("caller", "varargs", "kwargs");

    private final TokenStream stream;
    private final ExpressionParser expressions;
    private int loops;
    /** Which of a macro's extras were read since the macro around began. */
    private Set<String> reads = new HashSet<>();

    private Parser(TokenStream stream) {
        this.stream = stream;
        expressions = new ExpressionParser(stream, name -> {
            if (EXTRAS.contains(name)) {
                reads.add(name);
            }
        });
    }

    static List<Statement> parse(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokens(source)));
        List<Statement> body = parser.body(Set.of());
        if (parser.stream.current().type() != TokenType.END) {
            throw parser.stream.unexpected("the end of the template");
        }
        return body;
    }

    /** Statements up to a tag of one of the names, whose name is the next token then; or to the end. */
    private List<Statement> body(Set<String> ends) {
        List<Statement> statements = new ArrayList<>();
        while (stream.current().type() != TokenType.END) {
            Token token = stream.next();
            switch (token.type()) {
                case DATA -> statements.add(new Statement.Text(token.text()));
                case VARIABLE_BEGIN -> {
                    statements.add(new Statement.Print(expressions.tuple(true)));
                    stream.expect(TokenType.VARIABLE_END, "}}");
                }
                case BLOCK_BEGIN -> {
                    if (stream.current().type() == TokenType.NAME
                            && ends.contains(stream.current().text())) {
                        return statements;
                    }
                    statements.add(tag());
                }
                default -> throw new TemplateSyntaxException(token.line(), "unexpected " + token);
            }
        }
        if (!ends.isEmpty()) {
            throw stream.unexpected(
                    "{% " + String.join(" or ", ends.stream().sorted().toList()) + " %}");
        }
        return statements;
    }

    private Statement tag() {
        Token token = stream.expect(TokenType.NAME, "the name of a tag");
        return switch (token.text()) {
            case "if" -> conditional();
            case "for" -> loop();
            case "set" -> set();
            case "macro" -> macro();
            case "call" -> call();
            case "filter" -> filter();
            case "with" -> with();
            case "generation" -> new Statement.Generation(blockOf("endgeneration"));
            case "break" -> jump(token, Flow.BREAK);
            case "continue" -> jump(token, Flow.CONTINUE);
            case "print" -> print();
            default -> {
                if (ELSEWHERE.contains(token.text())) {
                    throw new UnsupportedJinja("{% " + token.text() + " %}");
                }
                throw new TemplateSyntaxException(token.line(), "unknown tag " + token.text());
            }
        };
    }

    private void endTag() {
        stream.expect(TokenType.BLOCK_END, "%}");
    }

    /** The rest of the opening tag, the body and the closing tag. */
    private List<Statement> blockOf(String end) {
        endTag();
        List<Statement> body = body(Set.of(end));
        stream.next();
        endTag();
        return body;
    }

    private Statement print() {
        Statement statement = new Statement.Print(expressions.tuple(true));
        endTag();
        return statement;
    }

    private Statement jump(Token token, Flow flow) {
        endTag();
        if (loops == 0) {
            throw new TemplateSyntaxException(token.line(), token.text() + " outside a loop");
        }
        return new Statement.Jump(flow);
    }

    private Statement conditional() {
        List<Statement.Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        String tag = "if";
        while (!tag.equals("endif")) {
            if (tag.equals("else")) {
                endTag();
                otherwise = body(Set.of("endif"));
            } else {
                Expression test = expressions.tuple(false);
                endTag();
                branches.add(new Statement.Branch(test, body(Set.of("elif", "else", "endif"))));
            }
            tag = stream.next().text();
        }
        endTag();
        return new Statement.If(branches, otherwise);
    }

    private Statement loop() {
        Target target = target(true);
        stream.expectName("in");
        Expression items = expressions.tuple(false);
        Optional<Expression> condition =
                stream.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = stream.skipName("recursive");
        endTag();
        loops++;
        List<Statement> body = body(Set.of("endfor", "else"));
        loops--;
        List<Statement> otherwise = List.of();
        if (stream.next().text().equals("else")) {
            endTag();
            otherwise = body(Set.of("endfor"));
            stream.next();
        }
        endTag();
        return new For(target, items, condition, recursive, body, otherwise);
    }

    private Target target(boolean tuples) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (!targets.isEmpty() && (stream.isName("in") || stream.isOperator("=") || stream.isOperator(")"))) {
                break;
            }
            targets.add(single());
            several |= stream.isOperator(",");
        } while (tuples && stream.skipOperator(","));
        return several && tuples ? new Target.Several(targets) : targets.get(0);
    }

    private Target single() {
        if (stream.skipOperator("(")) {
            Target inner = target(true);
            stream.expectOperator(")");
            return inner;
        }
        String name = stream.expectName();
        if (stream.skipOperator(".")) {
            return new Target.Attribute(name, stream.expectName());
        }
        return new Target.Variable(name);
    }

    private Statement set() {
        Target target = target(true);
        if (stream.skipOperator("=")) {
            Expression value = expressions.tuple(true);
            endTag();
            return new Statement.Set(target, value);
        }
        Expression body = new Expression.Name(Statement.BODY);
        Optional<Expression> filters =
                stream.isOperator("|") ? Optional.of(expressions.filters(body)) : Optional.empty();
        return new Statement.SetBlock(target, filters, blockOf("endset"));
    }

    private Statement filter() {
        Expression first = expressions.filter(new Expression.Name(Statement.BODY));
        return new Statement.FilterBlock(expressions.filters(first), blockOf("endfilter"));
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (stream.current().type() != TokenType.BLOCK_END) {
            if (!targets.isEmpty()) {
                stream.expectOperator(",");
            }
            targets.add(target(false));
            stream.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Statement.With(targets, values, blockOf("endwith"));
    }

    private Statement macro() {
        String name = stream.expectName();
        MacroParts parts = macroBody(name, parameters(), "endmacro");
        return new MacroDefinition(parts.signature, parts.body);
    }

    private Statement call() {
        List<Macro.Parameter> parameters = stream.isOperator("(") ? parameters() : List.of();
        Expression expression = expressions.expression();
        if (!(expression instanceof Expression.Call call)) {
            throw stream.unexpected("a call");
        }
        MacroParts parts = macroBody("caller", parameters, "endcall");
        return new Statement.CallBlock(call, parts.signature, parts.body);
    }

    private record MacroParts(Macro.Signature signature, List<Statement> body) {}

    /** Break and continue inside concern loops inside. */
    private MacroParts macroBody(String name, List<Macro.Parameter> parameters, String end) {
        Set<String> outerReads = reads;
        int outerLoops = loops;
        reads = new HashSet<>();
        loops = 0;
        List<Statement> body = blockOf(end);
        Macro.Signature signature = new Macro.Signature(name, parameters, reads);
        reads = outerReads;
        loops = outerLoops;
        return new MacroParts(signature, body);
    }

    private List<Macro.Parameter> parameters() {
        List<Macro.Parameter> parameters = new ArrayList<>();
        stream.expectOperator("(");
        while (!stream.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                stream.expectOperator(",");
                if (stream.skipOperator(")")) {
                    break;
                }
            }
            String name = stream.expectName();
            Optional<Expression> fallback =
                    stream.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
            parameters.add(new Macro.Parameter(name, fallback));
        }
        return parameters;
    }
}
