package io.trimtab.data.chat.jinja;

import java.util.AbstractList;
import java.util.List;

/**
 * What Python has no list for: a range, or a dictionary's keys, values or items. Read like a list, yet printed in a form of its own, and of
 * the views of a dictionary no part can be taken.
 *
 * @implNote a list, so that whatever reads items reads these
 */
final class View extends AbstractList<Object> {
    private final String kind;
    private final List<Object> items;

    View(String kind, List<Object> items) {
        this.kind = kind;
        this.items = items;
    }

    /** As an error names it: {@code range}, {@code dict_items}. */
    String kind() {
        return kind;
    }

    boolean isRange() {
        return kind.equals("range");
    }

    /** Whether a value is a view of a dictionary, of which no part can be taken. */
    static boolean isOfDictionary(Object value) {
        return value instanceof View view && !view.isRange();
    }

    @Override
    public Object get(int index) {
        return items.get(index);
    }

    @Override
    public int size() {
        return items.size();
    }
}
