package io.trimtab.data;

import io.trimtab.data.tokens.OverLength;
import java.io.Serializable;
import java.util.Set;

/** What became of a row: an example, a rejection with its reason, or a row that is too long or has nothing to prefer. */
public sealed interface RowOutcome extends Serializable {
    String id();

    /**
     * An example that is trained on.
     *
     * @param cutTokens tokens that truncation took from prompt and trained completions, 0 where nothing was cut
     */
    record Kept(Example example, Set<RowNote> notes, int cutTokens) implements RowOutcome {
        public Kept {
            notes = Set.copyOf(notes);
        }

        /** A row that was not cut. */
        public Kept(Example example, Set<RowNote> notes) {
            this(example, notes, 0);
        }

        @Override
        public String id() {
            return example.id();
        }
    }

    /** {@code detail} names columns and types, never a user's text. */
    record Rejected(String id, RejectionReason reason, String detail) implements RowOutcome {}

    /** Left out by {@link OverLength}, counted by itself. */
    record TooLong(String id, int tokens) implements RowOutcome {}

    /** Scored completions none of which was better than another: nothing to prefer, counted by itself. */
    record Tied(String id) implements RowOutcome {}
}
