package io.trimtab.data.chat.jinja;

import java.util.List;

/** Python's tuple; differs from a list in how it prints. */
record Tuple(List<Object> items) {
    static Tuple of(Object... items) {
        return new Tuple(List.of(items));
    }
}
