package io.trimtab.data.report;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often the longer answer of a pair was preferred, by tokens. A policy trained on pairs that mostly prefer the longer one learns to
 * write more (Singhal et al. 2023, arXiv 2310.03716).
 */
public record LengthBias(long chosenLonger, long rejectedLonger, long equal) implements Serializable {
    public static final LengthBias NONE = new LengthBias(0, 0, 0);

    /** What one example says: nothing, unless it is a pair. */
    static LengthBias of(Example example) {
        if (!example.has(CompletionRole.CHOSEN) || !example.has(CompletionRole.REJECTED)) {
            return NONE;
        }
        int chosen = length(example, CompletionRole.CHOSEN);
        int rejected = length(example, CompletionRole.REJECTED);
        return new LengthBias(chosen > rejected ? 1 : 0, rejected > chosen ? 1 : 0, chosen == rejected ? 1 : 0);
    }

    private static int length(Example example, CompletionRole role) {
        return example.only(role::equals).completions().get(0).length();
    }

    LengthBias plus(LengthBias other) {
        return new LengthBias(
                chosenLonger + other.chosenLonger, rejectedLonger + other.rejectedLonger, equal + other.equal);
    }

    /** Pairs that say something about length. */
    public long unequal() {
        return chosenLonger + rejectedLonger;
    }

    /** Share of the pairs of unequal length whose chosen one is the longer; a half where there is none. */
    public double share() {
        return unequal() == 0 ? 0.5 : (double) chosenLonger / unequal();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("chosen_longer", chosenLonger);
        map.put("rejected_longer", rejectedLonger);
        map.put("equal", equal);
        map.put("share", DataReport.rounded(share()));
        return map;
    }
}
