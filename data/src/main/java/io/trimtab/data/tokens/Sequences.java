package io.trimtab.data.tokens;

import io.trimtab.data.RowNote;
import java.util.List;
import java.util.Set;

/** A prompt and its completions as ids, or the fact that they are too long. */
public sealed interface Sequences {
    /**
     * Fits the limits.
     *
     * @param tails in the order of the texts
     * @param cutTokens how many ids were cut off, of the prompt and of the trained completions
     */
    record Fitting(int[] prompt, List<Tail> tails, Set<RowNote> notes, int cutTokens) implements Sequences {
        /** The ids of the completions. */
        List<int[]> completions() {
            return tails.stream().map(Tail::tokens).toList();
        }
    }

    /**
     * What follows the prompt.
     *
     * @param tokens never empty
     * @param spans which of them are trained, as {@link io.trimtab.data.Completion} has them
     */
    record Tail(int[] tokens, int[] spans) {}

    /**
     * Does not, and the settings leave such rows out.
     *
     * @param tokens length of the longest sequence; of a text that was not tokenised, the least that it can be
     */
    record TooLong(int tokens) implements Sequences {}

    /** A completion has no token of its own. */
    record NothingToTrain() implements Sequences {}
}
