package io.trimtab.data.rows;

import io.trimtab.data.RowOutcome;
import java.util.ArrayList;
import java.util.List;

/**
 * A row's text as the tokenizer sees it, beside what becomes of the row. The one place outside a table where a user's text is held for
 * others to read; for {@code prepare --rendered} alone.
 *
 * @param prompt rendered
 * @param wholes prompt and completion, once for each completion; empty where the row was rejected before
 */
public record RenderedRow(String prompt, List<String> wholes, RowOutcome outcome) {
    public RenderedRow {
        wholes = List.copyOf(wholes);
    }

    /** An outcome that came before any text. */
    static RenderedRow without(RowOutcome outcome) {
        return new RenderedRow("", List.of(), outcome);
    }

    /** What follows the prompt; where a template shows an answered prompt otherwise, what follows the part that is common. */
    public List<String> completions() {
        List<String> completions = new ArrayList<>(wholes.size());
        for (String whole : wholes) {
            completions.add(whole.substring(whole.startsWith(prompt) ? prompt.length() : commonPrefix(whole)));
        }
        return completions;
    }

    private int commonPrefix(String whole) {
        int length = 0;
        while (length < Math.min(prompt.length(), whole.length()) && prompt.charAt(length) == whole.charAt(length)) {
            length++;
        }
        return length;
    }
}
