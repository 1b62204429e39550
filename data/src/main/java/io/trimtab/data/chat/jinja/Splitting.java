package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's ways to split a string. */
final class Splitting {
    private Splitting() {}

    /** @param limit how many cuts at most; negative: any number */
    static List<Object> split(String text, Object separator, int limit) {
        return separator == None.NONE ? words(text, limit) : pieces(text, separator(separator), limit);
    }

    private static String separator(Object separator) {
        if (separator instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new TemplateFault("split needs a separator that is a string and not empty");
    }

    private static List<Object> pieces(String text, String separator, int limit) {
        List<Object> parts = new ArrayList<>();
        int start = 0;
        for (int next = text.indexOf(separator);
                next >= 0 && (limit < 0 || parts.size() < limit);
                next = text.indexOf(separator, start)) {
            parts.add(text.substring(start, next));
            start = next + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static List<Object> words(String text, int limit) {
        List<Object> words = new ArrayList<>();
        String rest = PythonText.stripStart(text);
        while (!rest.isEmpty()) {
            if (limit >= 0 && words.size() == limit) {
                words.add(rest);
                break;
            }
            int end = 0;
            while (end < rest.length() && !PythonText.isSpace(rest.charAt(end))) {
                end++;
            }
            words.add(rest.substring(0, end));
            rest = PythonText.stripStart(rest.substring(end));
        }
        return words;
    }

    static List<Object> splitFromEnd(String text, Object separator, int limit) {
        if (limit < 0) {
            return split(text, separator, limit);
        }
        List<Object> parts = new ArrayList<>();
        for (Object part :
                split(reversed(text), separator == None.NONE ? separator : reversed(separator(separator)), limit)) {
            parts.add(reversed((String) part));
        }
        Collections.reverse(parts);
        return parts;
    }

    static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    static List<Object> lines(String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(character) >= 0) {
                int end = character == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n' ? at + 2 : at + 1;
                lines.add(text.substring(start, keepEnds ? end : at));
                start = end;
                at = end - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    static Tuple partition(String text, String separator, boolean last) {
        String cut = separator((Object) separator);
        int at = last ? text.lastIndexOf(cut) : text.indexOf(cut);
        if (at < 0) {
            return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(text.substring(0, at), cut, text.substring(at + cut.length()));
    }
}
