package io.trimtab.data.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * A Jinja2 template rewritten so that Jinjava reads it as Jinja2 does.
 *
 * <p>Only the code between {@code {{ }}} and {@code {% %}} changes, never text or string literals. What cannot be expressed becomes a call
 * that fails when it is reached, so that a template with such a construct in a branch that no row takes still works.
 */
final class TemplateSource {
    private final StringBuilder out = new StringBuilder();
    private final String source;
    private int at;

    private TemplateSource(String source) {
        this.source = source;
    }

    static String forJinjava(String jinja) {
        // Jinja2 drops one newline at the template's end; Jinjava is told to keep them all.
        String source = jinja.endsWith("\n") ? jinja.substring(0, jinja.length() - 1) : jinja;
        return new TemplateSource(source).rewrite();
    }

    private String rewrite() {
        while (at < source.length()) {
            int open = source.indexOf('{', at);
            if (open < 0 || open + 1 >= source.length()) {
                break;
            }
            out.append(source, at, open);
            at = open;
            switch (source.charAt(open + 1)) {
                case '#' -> comment();
                case '{' -> code('}');
                case '%' -> code('%');
                default -> {
                    out.append('{');
                    at++;
                }
            }
        }
        return out.append(source, at, source.length()).toString();
    }

    private void comment() {
        int close = source.indexOf("#}", at + 2);
        int end = close < 0 ? source.length() : close + 2;
        out.append(source, at, end);
        at = end;
    }

    /** One tag or expression. String literals are set aside, so that the rewriting sees code alone. */
    private void code(char closing) {
        int start = at;
        List<String> literals = new ArrayList<>();
        StringBuilder code = new StringBuilder();
        int braces = 0;
        for (at += 2; at < source.length(); ) {
            char character = source.charAt(at);
            if (character == '\'' || character == '"') {
                int end = endOfLiteral(at);
                code.append(Expression.LITERAL_OPEN).append(literals.size()).append(Expression.LITERAL_CLOSE);
                literals.add(source.substring(at, end));
                at = end;
            } else if (braces == 0 && character == closing && source.startsWith("}", at + 1)) {
                at += 2;
                emit(closing, code.toString(), literals);
                return;
            } else {
                braces += character == '{' ? 1 : character == '}' ? -1 : 0;
                code.append(character);
                // Jinjava would take the two braces that close nested dictionaries for the end of the expression.
                if (character == '}') {
                    code.append(' ');
                }
                at++;
            }
        }
        // Never closed: handed on as it is, Jinjava says so.
        out.append(source, start, source.length());
        at = source.length();
    }

    private int endOfLiteral(int start) {
        char quote = source.charAt(start);
        for (int i = start + 1; i < source.length(); i++) {
            char character = source.charAt(i);
            if (character == '\\') {
                i++;
            } else if (character == quote) {
                return i + 1;
            }
        }
        return source.length();
    }

    private void emit(char closing, String code, List<String> literals) {
        String before = code.startsWith("-") || code.startsWith("+") ? code.substring(0, 1) : "";
        String after = code.length() > before.length() && (code.endsWith("-") || code.endsWith("+"))
                ? code.substring(code.length() - 1)
                : "";
        String body = code.substring(before.length(), code.length() - after.length());
        String rewritten = closing == '%' ? Expression.tag(body) : Expression.output(body);
        for (int i = 0; i < literals.size(); i++) {
            rewritten = rewritten.replace(
                    Expression.LITERAL_OPEN + Integer.toString(i) + Expression.LITERAL_CLOSE, literals.get(i));
        }
        // A plus would switch lstrip_blocks off; Jinjava does not know it.
        out.append('{').append(closing == '%' ? '%' : '{').append(before.equals("-") ? "-" : "");
        out.append(rewritten);
        out.append(after.equals("-") ? "-" : "")
                .append(closing == '%' ? '%' : '}')
                .append('}');
    }
}
