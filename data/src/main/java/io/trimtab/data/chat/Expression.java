package io.trimtab.data.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rewriting of one tag or expression whose string literals have been set aside; see {@link TemplateSource}. */
final class Expression {
    /** Stand around the number of a literal; private-use characters, so nothing a template says. */
    static final char LITERAL_OPEN = '\uE000';

    static final char LITERAL_CLOSE = '\uE001';

    private static final String PATH = "([A-Za-z_]\\w*(?:\\.\\w+|\\[[^\\[\\]]*\\])*)";
    /** Jinjava reads {@code not x is defined} as {@code (not x) is defined}, which is always true. */
    private static final Pattern NEGATED_TEST = Pattern.compile("\\bnot\\s+" + PATH + "\\s+is\\s+(?!not\\b)(\\w+)");

    private static final Pattern REVERSAL = Pattern.compile(PATH + "\\[\\s*:\\s*:\\s*-1\\s*\\]");
    private static final Pattern NEIGHBOUR = Pattern.compile("\\bloop\\.(nextitem|previtem)\\b");
    private static final Pattern STRING_METHOD =
            Pattern.compile("\\.(strip|lstrip|rstrip|split|startswith|endswith|upper|lower|title|capitalize)\\(");
    private static final Pattern NAMESPACE = Pattern.compile("\\bnamespace\\(");
    private static final Pattern FILTERED_LOOP = Pattern.compile("^(\\s*for\\s.+?\\sin\\s)(.*)$", Pattern.DOTALL);
    private static final Pattern CONDITION = Pattern.compile("\\sif\\s");

    private Expression() {}

    static String tag(String code) {
        String word = code.strip();
        if (word.equals("generation")) {
            return " if true ";
        }
        if (word.equals("endgeneration")) {
            return " endif ";
        }
        return common(loopWithoutCondition(code));
    }

    /** An output expression; the wrapping function prints values as Python does. */
    static String output(String code) {
        return " " + PythonText.PRINT + "(" + common(code).strip() + ") ";
    }

    private static String common(String code) {
        String rewritten = NEGATED_TEST.matcher(code).replaceAll("$1 is not $2");
        rewritten = REVERSAL.matcher(rewritten).replaceAll("($1|reverse)");
        rewritten = NEIGHBOUR.matcher(rewritten).replaceAll(PythonText.UNSUPPORTED + "('loop.$1')");
        return namespaces(stringMethods(rewritten));
    }

    /** {@code for x in xs if c}: Jinjava would silently loop over nothing. */
    private static String loopWithoutCondition(String code) {
        Matcher loop = FILTERED_LOOP.matcher(code);
        if (!loop.matches()
                || !CONDITION.matcher(withoutBrackets(loop.group(2))).find()) {
            return code;
        }
        return loop.group(1) + PythonText.UNSUPPORTED + "('for … in … if …') ";
    }

    private static String withoutBrackets(String code) {
        StringBuilder top = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < code.length(); i++) {
            char character = code.charAt(i);
            depth += "([{".indexOf(character) >= 0 ? 1 : 0;
            top.append(depth == 0 ? character : '_');
            depth -= ")]}".indexOf(character) >= 0 ? 1 : 0;
        }
        return top.toString();
    }

    /** {@code x.strip(a)} becomes {@code python_strip(x, [a])}: Java's strings lack these methods or, as split, mean something else. */
    private static String stringMethods(String code) {
        String rewritten = code;
        Matcher call = STRING_METHOD.matcher(rewritten);
        while (call.find()) {
            int start = startOfOperand(rewritten, call.start());
            int close = closing(rewritten, call.end() - 1);
            if (start == call.start() || close < 0) {
                return rewritten;
            }
            rewritten = rewritten.substring(0, start) + PythonText.PREFIX + call.group(1) + "("
                    + rewritten.substring(start, call.start()) + ", ["
                    + rewritten.substring(call.end(), close) + "])"
                    + rewritten.substring(close + 1);
            call = STRING_METHOD.matcher(rewritten);
        }
        return rewritten;
    }

    /** Walks left over names, dots, literals and bracketed groups. */
    private static int startOfOperand(String code, int end) {
        int at = end;
        while (at > 0) {
            char before = code.charAt(at - 1);
            if (before == ')' || before == ']') {
                at = opening(code, at - 1);
                if (at < 0) {
                    return end;
                }
            } else if (Character.isLetterOrDigit(before) || "_.".indexOf(before) >= 0 || isLiteralMark(before)) {
                at--;
            } else {
                break;
            }
        }
        return at;
    }

    private static boolean isLiteralMark(char character) {
        return character == LITERAL_OPEN || character == LITERAL_CLOSE;
    }

    private static int opening(String code, int close) {
        int depth = 0;
        for (int i = close; i >= 0; i--) {
            depth += ")]}".indexOf(code.charAt(i)) >= 0 ? 1 : 0;
            depth -= "([{".indexOf(code.charAt(i)) >= 0 ? 1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private static int closing(String code, int open) {
        int depth = 0;
        for (int i = open; i < code.length(); i++) {
            depth += "([{".indexOf(code.charAt(i)) >= 0 ? 1 : 0;
            depth -= ")]}".indexOf(code.charAt(i)) >= 0 ? 1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** {@code namespace(i=a|length - 1)}: Jinjava would subtract from the named parameter, so values go into parentheses. */
    private static String namespaces(String code) {
        Matcher call = NAMESPACE.matcher(code);
        if (!call.find()) {
            return code;
        }
        int close = closing(code, call.end() - 1);
        if (close < 0) {
            return code;
        }
        List<String> parameters = new ArrayList<>();
        for (String parameter : commaSeparated(code.substring(call.end(), close))) {
            int equals = parameter.indexOf('=');
            parameters.add(
                    equals < 0
                            ? parameter
                            : parameter.substring(0, equals + 1) + "("
                                    + parameter.substring(equals + 1).strip() + ")");
        }
        return code.substring(0, call.end()) + String.join(",", parameters) + code.substring(close);
    }

    private static List<String> commaSeparated(String code) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        String top = withoutBrackets(code);
        for (int comma = top.indexOf(','); comma >= 0; comma = top.indexOf(',', start)) {
            parts.add(code.substring(start, comma));
            start = comma + 1;
        }
        parts.add(code.substring(start));
        return parts;
    }
}
