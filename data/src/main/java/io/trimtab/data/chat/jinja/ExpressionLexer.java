package io.trimtab.data.chat.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tokens inside one tag, up to and including its end; an end inside brackets does not count. */
final class ExpressionLexer {
    private static final Pattern TOKEN = Pattern.compile(
            "(?<float>(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+))"
                    + "|(?<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*)"
                    + "|(?<name>[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*)"
                    + "|(?<string>'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\")"
                    + "|(?<operator>//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;])",
            Pattern.DOTALL);

    private final String source;
    private final String end;
    private final List<Token> tokens;
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private int line;

    ExpressionLexer(String source, int at, int line, String end, List<Token> tokens) {
        this.source = source;
        this.at = at;
        this.line = line;
        this.end = end;
        this.tokens = tokens;
    }

    /** Where the tag has ended. */
    int run() {
        Matcher matcher = TOKEN.matcher(source);
        while (at < source.length()) {
            char next = source.charAt(at);
            if (PythonText.isSpace(next)) {
                line += next == '\n' ? 1 : 0;
                at++;
            } else if (open.isEmpty() && ends()) {
                tokens.add(new Token(end.equals("}}") ? TokenType.VARIABLE_END : TokenType.BLOCK_END, "", line));
                return at;
            } else {
                matcher.region(at, source.length());
                if (!matcher.useTransparentBounds(true).lookingAt()) {
                    throw new TemplateSyntaxException(line, "unexpected character " + next);
                }
                at = matcher.end();
                token(matcher);
            }
        }
        throw new TemplateSyntaxException(line, "a tag does not end, " + end + " is missing");
    }

    private boolean ends() {
        char sign = source.charAt(at);
        boolean signed = sign == '-' || (sign == '+' && end.equals("%}"));
        int place = at + (signed ? 1 : 0);
        if (!source.startsWith(end, place)) {
            return false;
        }
        at = place + end.length();
        return true;
    }

    private void token(Matcher matcher) {
        String text = matcher.group();
        if (matcher.group("string") != null) {
            tokens.add(new Token(
                    TokenType.STRING, StringLiteral.value(text.substring(1, text.length() - 1), line), line));
            line += (int) text.chars().filter(character -> character == '\n').count();
        } else if (matcher.group("name") != null) {
            tokens.add(new Token(TokenType.NAME, text, line));
        } else if (matcher.group("operator") != null) {
            balance(text.charAt(0));
            tokens.add(new Token(TokenType.OPERATOR, text, line));
        } else {
            tokens.add(new Token(
                    matcher.group("float") != null ? TokenType.FLOAT : TokenType.INTEGER, text.replace("_", ""), line));
        }
    }

    private void balance(char bracket) {
        switch (bracket) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.pop() != bracket) {
                    throw new TemplateSyntaxException(line, "unexpected " + bracket);
                }
            }
            default -> {}
        }
    }
}
