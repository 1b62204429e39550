package io.trimtab.data.tokens;

import java.util.stream.IntStream;

/** Trained spans as {@link io.trimtab.data.Completion} has them: starts and ends in turn, of tokens. */
final class TokenSpans {
    private TokenSpans() {}

    /** All of so many tokens. */
    static int[] all(int length) {
        return new int[] {0, length};
    }

    /** What of the spans lies from {@code from} to before {@code to}, counted from {@code origin}; spans that meet become one. */
    static int[] within(int[] spans, int from, int to, int origin) {
        IntStream.Builder cut = IntStream.builder();
        int open = -1;
        int end = -1;
        for (int i = 0; i < spans.length; i += 2) {
            int start = Math.max(spans[i], from);
            int stop = Math.min(spans[i + 1], to);
            if (start < stop) {
                if (start > end) {
                    add(cut, open, end, origin);
                    open = start;
                }
                end = Math.max(end, stop);
            }
        }
        add(cut, open, end, origin);
        return cut.build().toArray();
    }

    private static void add(IntStream.Builder spans, int open, int end, int origin) {
        if (open >= 0) {
            spans.add(open - origin).add(end - origin);
        }
    }
}
