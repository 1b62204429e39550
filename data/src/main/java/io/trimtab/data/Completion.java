package io.trimtab.data;

import java.io.Serializable;
import java.util.Arrays;

/** One continuation of a prompt; {@code tokens} are its own ids without the prompt's. The array belongs to the record. */
public record Completion(int[] tokens, CompletionRole role) implements Serializable {
    public Completion {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("Completion has no tokens, role: " + role);
        }
    }

    public int length() {
        return tokens.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Completion that && role == that.role && Arrays.equals(tokens, that.tokens);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + role.name().hashCode();
    }

    /** Lengths only: ids can be turned back into a user's text. */
    @Override
    public String toString() {
        return role + "(" + tokens.length + " tokens)";
    }
}
