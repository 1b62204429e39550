package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template's text as tokens, white space treated as {@code trim_blocks} and {@code lstrip_blocks} say: a newline behind a block or
 * comment goes, and so do blanks in front of one that begins its line; {@code -} takes all white space on its side, {@code +} keeps it.
 */
final class Lexer {
    private static final Pattern RAW_BEGIN =
            Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-%\\}|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern RAW_END =
            Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}", Pattern.UNICODE_CHARACTER_CLASS);

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int counted;
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        // Jinja2 drops one newline at the end, and one only.
        return new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source).all();
    }

    private List<Token> all() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(at));
                at = source.length();
                break;
            }
            tag(tag);
        }
        add(TokenType.END, "");
        return tokens;
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private void tag(int open) {
        char kind = source.charAt(open + 1);
        char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
        boolean signed = sign == '-' || sign == '+';
        data(before(source.substring(at, open), sign, kind != '{'));
        at = open;
        Matcher raw = RAW_BEGIN.matcher(source).region(open, source.length());
        if (kind == '%' && raw.lookingAt()) {
            at = raw.end();
            closed(raw.group(2).startsWith("-") ? '-' : ' ', false);
            raw();
            return;
        }
        at = open + (signed ? 3 : 2);
        if (kind == '#') {
            comment();
        } else {
            add(kind == '{' ? TokenType.VARIABLE_BEGIN : TokenType.BLOCK_BEGIN, "");
            at = new ExpressionLexer(source, at, line(), kind == '{' ? "}}" : "%}", tokens).run();
            closed(source.charAt(at - 3), kind == '%');
        }
    }

    /** The text in front of a tag. */
    private String before(String text, char sign, boolean block) {
        if (sign == '-') {
            return PythonText.stripEnd(text);
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean indent = sign != '+' && block && (lineStart > 0 || lineStarting);
        return indent && PythonText.isSpace(text.substring(lineStart)) ? text.substring(0, lineStart) : text;
    }

    /** Behind a tag, {@code at} being there: takes what the sign before its end says. */
    private void closed(char sign, boolean trims) {
        if (sign == '-') {
            while (at < source.length() && PythonText.isSpace(source.charAt(at))) {
                at++;
            }
        } else if (sign != '+' && trims && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
        lineStarting = source.charAt(at - 1) == '\n';
    }

    private void comment() {
        int close = source.indexOf("#}", at);
        if (close < 0) {
            throw new TemplateSyntaxException(line(), "a comment does not end");
        }
        char sign = close > at ? source.charAt(close - 1) : ' ';
        at = close + 2;
        closed(sign, true);
    }

    private void raw() {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(at)) {
            throw new TemplateSyntaxException(line(), "a raw block does not end");
        }
        data(before(
                source.substring(at, end.start()),
                end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0),
                true));
        at = end.end();
        closed(end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0), true);
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(TokenType.DATA, text);
        }
    }

    private void add(TokenType type, String text) {
        tokens.add(new Token(type, text, line()));
    }

    private int line() {
        for (; counted < at; counted++) {
            line += source.charAt(counted) == '\n' ? 1 : 0;
        }
        return line;
    }
}
