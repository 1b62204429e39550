package io.trimtab.data.rows;

import io.trimtab.data.Example;
import io.trimtab.data.RowOutcome;
import java.util.ArrayList;
import java.util.List;

/** All that became of one row: an outcome for each example it stands for, or a single one where it gives none. */
public record RowOutcomes(RowOrigin origin, List<RowOutcome> outcomes) {
    public RowOutcomes {
        outcomes = List.copyOf(outcomes);
        if (outcomes.isEmpty()) {
            throw new IllegalArgumentException("A row has no outcome");
        }
    }

    /** The examples that are trained on. */
    public List<Example> examples() {
        List<Example> examples = new ArrayList<>();
        for (RowOutcome outcome : outcomes) {
            if (outcome instanceof RowOutcome.Kept kept) {
                examples.add(kept.example());
            }
        }
        return examples;
    }

    /** Of a line that is no row. */
    public static RowOutcomes unread(RowOutcome outcome) {
        return new RowOutcomes(RowOrigin.UNREAD, List.of(outcome));
    }
}
