package io.trimtab.data.chat.jinja;

/** Text that the filter {@code safe} or {@code escape} gave: whatever a {@code +} joins to it is escaped for HTML, as in Jinja2. */
record Markup(String text) {
    static Markup escaped(String text) {
        return new Markup(text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;"));
    }

    private static Markup of(Object value) {
        return value instanceof Markup markup ? markup : escaped(Printing.text(value));
    }

    static boolean joins(Object left, Object right) {
        return (left instanceof Markup && (right instanceof Markup || right instanceof String))
                || (left instanceof String && right instanceof Markup);
    }

    static Markup joined(Object left, Object right) {
        return new Markup(of(left).text + of(right).text);
    }

    /** For all but {@code +} it is a string like others. */
    static Object plain(Object value) {
        return value instanceof Markup markup ? markup.text : value;
    }
}
