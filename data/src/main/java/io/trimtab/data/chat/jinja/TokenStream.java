package io.trimtab.data.chat.jinja;

import java.util.List;

/** The parser's place in the tokens. */
final class TokenStream {
    private final List<Token> tokens;
    private int at;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token ahead() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        if (at < tokens.size() - 1) {
            at++;
        }
        return token;
    }

    boolean isOperator(String operator) {
        return current().is(TokenType.OPERATOR, operator);
    }

    boolean isName(String name) {
        return current().is(TokenType.NAME, name);
    }

    boolean skipOperator(String operator) {
        boolean there = isOperator(operator);
        if (there) {
            next();
        }
        return there;
    }

    boolean skipName(String name) {
        boolean there = isName(name);
        if (there) {
            next();
        }
        return there;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected(operator);
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected(name);
        }
    }

    String expectName() {
        return expect(TokenType.NAME, "a name").text();
    }

    Token expect(TokenType type, String what) {
        if (current().type() != type) {
            throw unexpected(what);
        }
        return next();
    }

    TemplateSyntaxException unexpected(String expected) {
        return new TemplateSyntaxException(current().line(), "expected " + expected + ", found " + current());
    }
}
