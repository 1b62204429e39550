package io.trimtab.data.chat.jinja;

import io.trimtab.data.VisibleText;

/** Python's ideas of white space and of what can be printed, where Java's differ. */
public final class PythonText {
    private PythonText() {}

    /** {@code str.isspace} of one UTF-16 unit: Java's two ideas together, and U+0085. */
    static boolean isSpace(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == '\u0085';
    }

    /** {@code str.isspace}: at least one character and none but white space. */
    public static boolean isSpace(String text) {
        return !text.isEmpty() && text.chars().allMatch(character -> isSpace((char) character));
    }

    static String stripStart(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    static String strip(String text) {
        return stripStart(stripEnd(text));
    }

    /** Without leading characters of the set. */
    static String stripStart(String text, String set) {
        int start = 0;
        while (start < text.length() && holds(set, text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    static String stripEnd(String text, String set) {
        int end = text.length();
        while (end > 0 && holds(set, text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    private static boolean holds(String set, int point) {
        return set.codePoints().anyMatch(other -> other == point);
    }

    static boolean isPrintable(int point) {
        boolean otherSpace = Character.getType(point) == Character.SPACE_SEPARATOR && point != ' ';
        return VisibleText.isVisible(point) && !otherSpace;
    }
}
