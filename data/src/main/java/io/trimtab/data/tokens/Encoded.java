package io.trimtab.data.tokens;

/**
 * A text's ids with the place of each in the text, in UTF-16 units; a token that stands for nothing of it (BOS) lies at its start, empty.
 * The arrays belong to the record.
 */
record Encoded(int[] ids, int[] starts, int[] ends) {
    /** The first token that reaches beyond the place. */
    int firstBeyond(int place) {
        int token = 0;
        while (token < ids.length && ends[token] <= place) {
            token++;
        }
        return token;
    }

    /** The first token that begins at the place or behind it. */
    int firstFrom(int place) {
        int token = 0;
        while (token < ids.length && (starts[token] < place || ends[token] == 0)) {
            token++;
        }
        return token;
    }
}
