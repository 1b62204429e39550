package io.trimtab.data.chat.jinja;

import java.util.List;

/** The variable {@code loop}. */
final class Loop implements Callable {
    private final List<Object> items;
    private final int depth;
    private final Callable deeper;
    private int index;
    private Object last = new Undefined("loop.changed");

    Loop(List<Object> items, int depth, Callable deeper) {
        this.items = items;
        this.depth = depth;
        this.deeper = deeper;
    }

    void at(int place) {
        index = place;
    }

    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index == 0 ? new Undefined("there is no previous item") : items.get(index - 1);
            case "nextitem" ->
                index == items.size() - 1 ? new Undefined("there is no next item") : items.get(index + 1);
            case "cycle" -> (Callable) this::cycle;
            case "changed" -> (Callable) this::changed;
            default -> new Undefined(name);
        };
    }

    private Object cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateFault("no items for cycling given");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private Object changed(Arguments arguments) {
        Object now = new Tuple(arguments.positional());
        boolean changed = !Comparisons.equal(last, now);
        last = now;
        return changed;
    }

    @Override
    public Object call(Arguments arguments) {
        return deeper.call(arguments);
    }
}
