package io.trimtab.model.loss;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;

/** Where the completions of a list of examples stand in arrays with one entry per completion. */
final class Completions {

    private Completions() {}

    static void requireOneEach(List<Example> examples, int... lengths) {
        int expected = 0;
        for (Example example : examples) {
            expected += example.completions().size();
        }
        for (int length : lengths) {
            if (length != expected) {
                throw new IllegalArgumentException(
                        "The examples have " + expected + " completions, but an array has " + length + " entries");
            }
        }
    }

    /** Position inside the example of its only completion with that role. */
    static int only(Example example, CompletionRole role) {
        int found = -1;
        for (int i = 0; i < example.completions().size(); i++) {
            if (example.completions().get(i).role() == role) {
                if (found >= 0) {
                    throw new IllegalArgumentException("Row " + example.id() + " has two completions " + role);
                }
                found = i;
            }
        }
        if (found < 0) {
            throw new IllegalArgumentException("Row " + example.id() + " has no completion " + role);
        }
        return found;
    }
}
