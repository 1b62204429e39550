package io.trimtab.data;

import java.io.Serializable;
import java.util.Arrays;

/**
 * One continuation of a prompt; {@code tokens} are its own ids without the prompt's. The arrays belong to the record.
 *
 * @param spans which tokens are trained, as starts and ends in turn: {@code [0, 3, 7, 9]} is the tokens 0 to 2 and 7 and 8. The others are
 *     context, as a user's turns between an assistant's are: no log-prob counts them
 */
public record Completion(int[] tokens, CompletionRole role, int[] spans) implements Serializable {
    public Completion {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("Completion has no tokens, role: " + role);
        }
        if (spans.length == 0 || spans.length % 2 != 0) {
            throw new IllegalArgumentException("Completion needs spans of a start and an end each, role: " + role);
        }
        int before = -1;
        for (int i = 0; i < spans.length; i += 2) {
            if (spans[i] <= before || spans[i + 1] <= spans[i] || spans[i + 1] > tokens.length) {
                throw new IllegalArgumentException("Spans of a completion of " + tokens.length
                        + " tokens are empty, touch or lie outside: " + Arrays.toString(spans));
            }
            before = spans[i + 1];
        }
    }

    /** A completion that is trained whole. */
    public Completion(int[] tokens, CompletionRole role) {
        this(tokens, role, new int[] {0, tokens.length});
    }

    public int length() {
        return tokens.length;
    }

    /** Whether every token is trained. */
    public boolean isWhole() {
        return spans.length == 2 && spans[0] == 0 && spans[1] == tokens.length;
    }

    /** How many tokens are trained. */
    public int trainedTokens() {
        int trained = 0;
        for (int i = 0; i < spans.length; i += 2) {
            trained += spans[i + 1] - spans[i];
        }
        return trained;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Completion that
                && role == that.role
                && Arrays.equals(tokens, that.tokens)
                && Arrays.equals(spans, that.spans);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(tokens) + Arrays.hashCode(spans))
                + role.name().hashCode();
    }

    /** Lengths only: ids can be turned back into a user's text. */
    @Override
    public String toString() {
        return role + "(" + tokens.length + " tokens" + (isWhole() ? ")" : ", " + trainedTokens() + " trained)");
    }
}
