package io.trimtab.data.chat.jinja;

import io.trimtab.data.Span;
import java.util.ArrayList;
import java.util.List;

/** Text written so far. Only the template's own output knows where {@code generation} blocks lie: a macro's text moves on. */
final class Output {
    private final StringBuilder text = new StringBuilder();
    private final List<Span> generations = new ArrayList<>();

    void write(String more) {
        text.append(more);
    }

    void writeGeneration(String block) {
        int start = text.length();
        text.append(block);
        generations.add(new Span(start, text.length()));
    }

    String text() {
        return text.toString();
    }

    List<Span> generations() {
        return generations;
    }
}
