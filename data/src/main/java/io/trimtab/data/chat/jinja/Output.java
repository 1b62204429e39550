package io.trimtab.data.chat.jinja;

import io.trimtab.data.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Text written so far. The template's own output knows where {@code generation} blocks lie. */
final class Output {
    private final StringBuilder text = new StringBuilder();
    private final List<Span> generations = new ArrayList<>();

    void write(String more) {
        text.append(more);
    }

    /** The text that is written next, so many characters, is what the assistant writes. */
    void addGeneration(int characters) {
        generations.add(new Span(text.length(), text.length() + characters));
    }

    String text() {
        return text.toString();
    }

    /** In their order and without overlaps: a block may lie inside another, and a filter may have shortened what was marked. */
    List<Span> generations() {
        List<Span> ordered = new ArrayList<>(generations);
        ordered.sort(Comparator.comparingInt(Span::start).thenComparingInt(Span::end));
        List<Span> separate = new ArrayList<>();
        int behind = 0;
        for (Span span : ordered) {
            int start = Math.max(span.start(), behind);
            int end = Math.min(span.end(), text.length());
            if (start <= end && (span.start() == span.end() || start < end)) {
                separate.add(new Span(start, end));
                behind = end;
            }
        }
        return separate;
    }
}
