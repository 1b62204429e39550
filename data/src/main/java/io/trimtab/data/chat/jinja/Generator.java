package io.trimtab.data.chat.jinja;

import java.util.Iterator;
import java.util.List;

/** What Jinja2's {@code map}, {@code selectattr} and their like return: true even if empty, without a length, used up by one reading. */
final class Generator {
    private final Iterator<Object> rest;

    Generator(List<Object> items) {
        rest = items.iterator();
    }

    Iterator<Object> rest() {
        return rest;
    }
}
