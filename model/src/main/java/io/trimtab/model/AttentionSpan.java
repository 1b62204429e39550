package io.trimtab.model;

import io.trimtab.model.batch.PromptGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that attend together: queries are {@code queries} rows from {@code firstQuery}; keys are {@code shared} rows from {@code firstShared}
 * (a prompt that others look at too) and then the queries' own.
 *
 * @param segments of each query row, 0 for the prompt's, c for the c-th completion's
 */
record AttentionSpan(int firstShared, int shared, int firstQuery, int queries, int[] segments) {

    /** A whole example: everything looks at everything that a mask allows. */
    static AttentionSpan together(PromptGroup group) {
        int[] segments = new int[group.rows()];
        int row = group.promptLength();
        int[] lengths = group.completionLengths();
        for (int c = 0; c < lengths.length; c++) {
            for (int t = 0; t < lengths[c]; t++) {
                // One completion alone is the prompt going on: then plain causal attention is right.
                segments[row++] = lengths.length == 1 ? 0 : c + 1;
            }
        }
        return new AttentionSpan(group.start(), 0, group.start(), segments.length, segments);
    }

    /** The prompt, and each completion behind it. */
    static List<AttentionSpan> apart(PromptGroup group) {
        List<AttentionSpan> spans = new ArrayList<>();
        int prompt = group.promptLength();
        if (prompt > 0) {
            spans.add(new AttentionSpan(group.start(), 0, group.start(), prompt, new int[prompt]));
        }
        int row = group.start() + prompt;
        for (int length : group.completionLengths()) {
            spans.add(new AttentionSpan(group.start(), prompt, row, length, new int[length]));
            row += length;
        }
        return spans;
    }

    int keys() {
        return shared + queries;
    }

    /** Whether query i sees keys 0 to i, no fewer and no more. */
    boolean causal() {
        return shared == 0 && (queries == 0 || segments[queries - 1] == 0);
    }

    int queryRow(int query) {
        return firstQuery + query;
    }

    int keyRow(int key) {
        return key < shared ? firstShared + key : firstQuery + key - shared;
    }

    int limit(int query) {
        return shared + query;
    }

    int querySegment(int query) {
        return segments[query];
    }

    int keySegment(int key) {
        return key < shared ? 0 : segments[key - shared];
    }
}
