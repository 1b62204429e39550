package io.trimtab.merge.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Names of the parts of a saved state: one value per parameter each. */
public final class StateSlots {

    public static final String MASTER = "master";
    public static final String MOMENT1 = "moment1";
    public static final String MOMENT2 = "moment2";

    /** Step-K: steps that are not merged yet; the model's weights are master + pending. */
    public static final String PENDING = "pending";

    /** The moving average of the weights. */
    public static final String AVERAGE = "average";

    private StateSlots() {}

    /** The parts in the order in which they are saved. */
    public static List<String> of(MergeSettings merge) {
        List<String> slots = new ArrayList<>(List.of(MASTER, MOMENT1, MOMENT2));
        if (merge.rule().merges() && merge.interval() > 1) {
            slots.add(PENDING);
        }
        if (merge.rule() == MergeRuleName.EMA) {
            slots.add(AVERAGE);
        }
        return List.copyOf(slots);
    }

    /**
     * Refuses a state of other parts.
     *
     * @throws StateMismatchException unless the state has exactly these
     */
    public static void require(List<String> wanted, Set<String> found) {
        if (!found.equals(Set.copyOf(wanted))) {
            throw new StateMismatchException(wanted, found);
        }
    }
}
