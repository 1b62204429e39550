package io.trimtab.model.batch;

import io.trimtab.data.Example;
import java.util.ArrayList;
import java.util.List;

/** Cuts a rank's examples of one step into packed batches that fit memory. */
public final class MicroBatches {

    private MicroBatches() {}

    /**
     * Consecutive examples, each micro-batch as full as the limit allows; an example above the limit is alone. Keeps the order, so the
     * result depends on nothing but its arguments.
     */
    public static List<List<Example>> split(List<Example> examples, int maxPackedTokens) {
        if (maxPackedTokens < 1) {
            throw new IllegalArgumentException("A micro-batch needs at least one token: " + maxPackedTokens);
        }
        List<List<Example>> result = new ArrayList<>();
        List<Example> current = new ArrayList<>();
        long tokens = 0;
        for (Example example : examples) {
            int cost = PackedBatch.tokensOf(example);
            if (!current.isEmpty() && tokens + cost > maxPackedTokens) {
                result.add(List.copyOf(current));
                current.clear();
                tokens = 0;
            }
            current.add(example);
            tokens += cost;
        }
        if (!current.isEmpty()) {
            result.add(List.copyOf(current));
        }
        return result;
    }
}
