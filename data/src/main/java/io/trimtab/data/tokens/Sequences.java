package io.trimtab.data.tokens;

import io.trimtab.data.RowNote;
import java.util.List;
import java.util.Set;

/** A prompt and its completions as ids, or the fact that they are too long. */
public sealed interface Sequences {
    /**
     * Fits the limit.
     *
     * @param completions never empty arrays, in the order of the texts
     */
    record Fitting(int[] prompt, List<int[]> completions, Set<RowNote> notes) implements Sequences {}

    /**
     * Does not, and the settings leave such rows out.
     *
     * @param tokens length of the longest sequence
     */
    record TooLong(int tokens) implements Sequences {}

    /** A completion has no token of its own. */
    record NothingToTrain() implements Sequences {}
}
