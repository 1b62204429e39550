package io.trimtab.data.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's indices and slices: from the end where negative, bounds beyond it cut; strings by code points. */
final class Slices {
    private Slices() {}

    static @Nullable Object at(Object owner, long index) {
        long size = Values.length(owner);
        long place = index < 0 ? index + size : index;
        if (place < 0 || place >= size) {
            return null;
        }
        if (owner instanceof String text) {
            return Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) place)));
        }
        // A dictionary has keys, no places.
        return owner instanceof Map ? null : Values.list(owner).get((int) place);
    }

    static Object of(Object markupOrOwner, Object start, Object stop, Object step) {
        Object owner = Markup.plain(markupOrOwner);
        if (owner instanceof Undefined undefined) {
            throw undefined.fault();
        }
        boolean sequence =
                owner instanceof View view ? view.isRange() : owner instanceof List || owner instanceof Tuple;
        if (!sequence && !(owner instanceof String)) {
            throw new TemplateFault("a value of type " + Values.type(owner) + " has no slices");
        }
        if (!isBound(start) || !isBound(stop) || !isBound(step)) {
            throw new TemplateFault("a slice has a bound that is no integer");
        }
        long by = step == None.NONE ? 1 : whole(step);
        if (by == 0) {
            throw new TemplateFault("a slice has the step 0");
        }
        List<Object> items = Values.list(owner);
        long size = items.size();
        long first = start == None.NONE ? (by > 0 ? 0 : size - 1) : bound(whole(start), size, by);
        long end = stop == None.NONE ? (by > 0 ? size : -1) : bound(whole(stop), size, by);
        List<Object> picked = new ArrayList<>();
        for (long i = first; by > 0 ? i < end : i > end; i += by) {
            picked.add(items.get((int) i));
        }
        if (owner instanceof String) {
            return String.join("", Printing.texts(picked));
        }
        if (owner instanceof View view) {
            return new View(view.kind(), picked);
        }
        return owner instanceof Tuple ? new Tuple(picked) : picked;
    }

    private static boolean isBound(Object value) {
        return value == None.NONE || Numbers.isWhole(value);
    }

    private static long whole(Object bound) {
        return Numbers.big(bound).longValue();
    }

    private static long bound(long index, long size, long step) {
        long place = index < 0 ? index + size : index;
        return step > 0 ? Math.max(0, Math.min(size, place)) : Math.max(-1, Math.min(size - 1, place));
    }
}
