package io.trimtab.data.tokens;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes the ids of a text word by word and remembers them: most words of a table were seen before, and looking one up costs a fraction of
 * encoding it. A word begins with the blank before it. Only for a tokenizer that {@link BlankSplits#areIn splits there by itself}. Not thread safe.
 */
final class Words {
    /** About 10 MB; the memory then starts anew, as the table may have gone on to other words. */
    private static final int REMEMBERED = 1 << 16;

    private static final int LONGEST_REMEMBERED = 64;

    private final Map<String, int[]> known = new HashMap<>();

    /** @param encode gives the ids of one word as if it were a whole text */
    int[] encode(String text, Function<String, int[]> encode) {
        int[] ids = new int[text.length() / 4 + 8];
        int count = 0;
        for (int start = 0; start < text.length(); ) {
            int end = end(text, start);
            int[] own = word(text.substring(start, end), encode);
            if (own.length > ids.length - count) {
                ids = Arrays.copyOf(ids, Math.max(2 * ids.length, count + own.length));
            }
            System.arraycopy(own, 0, ids, count, own.length);
            count += own.length;
            start = end;
        }
        return Arrays.copyOf(ids, count);
    }

    private int[] word(String word, Function<String, int[]> encode) {
        if (word.length() > LONGEST_REMEMBERED) {
            return encode.apply(word);
        }
        int[] ids = known.get(word);
        if (ids == null) {
            ids = encode.apply(word);
            if (known.size() == REMEMBERED) {
                known.clear();
            }
            known.put(word, ids);
        }
        return ids;
    }

    /** Whether the text is nowhere cut. */
    static boolean isOne(String text) {
        return end(text, 0) == text.length();
    }

    private static int end(String text, int start) {
        int blank = text.indexOf(' ', start + 1);
        while (blank >= 0 && !endsWord(text.charAt(blank - 1))) {
            blank = text.indexOf(' ', blank + 1);
        }
        return blank < 0 ? text.length() : blank;
    }

    /** Neither white space nor anything that a normalizer could join with what follows. */
    private static boolean endsWord(char last) {
        return last < 0x80 ? last > ' ' && last < 0x7F : Character.isLetterOrDigit(last);
    }
}
