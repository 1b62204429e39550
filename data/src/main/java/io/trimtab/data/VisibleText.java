package io.trimtab.data;

import java.util.Locale;

/** Names and ids of users as a console may show them: they can hold anything, a whole document too. */
public final class VisibleText {
    private static final int SHOWN_CHARACTERS = 80;

    private VisibleText() {}

    /** What a terminal would obey or nobody would see is written as {@code \u001b}; what is long is cut. */
    public static String of(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(SHOWN_CHARACTERS).forEach(point -> {
            if (isVisible(point)) {
                shown.appendCodePoint(point);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", point));
            }
        });
        return text.codePointCount(0, text.length()) > SHOWN_CHARACTERS
                ? shown.append('…').toString()
                : shown.toString();
    }

    /** Whether a code point is seen as itself, or as room: no control, format or line character, and one that Unicode has. */
    public static boolean isVisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
