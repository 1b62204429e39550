package io.trimtab.data.chat.jinja;

/** Python's escapes in a string literal; an unknown one stays as it is written. */
final class StringLiteral {
    private static final String SIMPLE = "abfnrtv\\'\"";
    private static final String MEANING = "\u0007\b\f\n\r\t\u000b\\'\"";

    private StringLiteral() {}

    static String value(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder(literal.length());
        int at = 0;
        while (at < literal.length()) {
            char character = literal.charAt(at);
            if (character != '\\' || at + 1 == literal.length()) {
                text.append(character);
                at++;
                continue;
            }
            char escape = literal.charAt(at + 1);
            int simple = SIMPLE.indexOf(escape);
            if (simple >= 0) {
                text.append(MEANING.charAt(simple));
                at += 2;
            } else if (escape == '\n') {
                at += 2;
            } else if (escape >= '0' && escape <= '7') {
                at = octal(literal, at + 1, text);
            } else {
                at = coded(literal, at, line, text);
            }
        }
        return text.toString();
    }

    private static int octal(String literal, int start, StringBuilder text) {
        int end = start;
        while (end < literal.length() && end < start + 3 && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
            end++;
        }
        text.appendCodePoint(Integer.parseInt(literal.substring(start, end), 8));
        return end;
    }

    private static int coded(String literal, int start, int line, StringBuilder text) {
        char escape = literal.charAt(start + 1);
        int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
        if (escape == 'N') {
            throw new TemplateSyntaxException(line, "a string has the escape \\N, which is not supported");
        }
        if (digits == 0) {
            text.append('\\').append(escape);
            return start + 2;
        }
        int end = start + 2 + digits;
        try {
            text.appendCodePoint(Integer.parseInt(literal.substring(start + 2, end), 16));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new TemplateSyntaxException(line, "a string has a truncated escape \\" + escape);
        }
        return end;
    }
}
