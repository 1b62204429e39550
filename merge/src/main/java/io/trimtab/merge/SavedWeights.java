package io.trimtab.merge;

import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.StateMismatchException;
import io.trimtab.merge.settings.StateSlots;
import java.io.IOException;

/** The weights that a saved state hands on: its master weights, with steps not merged yet, or their moving average. */
public final class SavedWeights {

    private final StateSource state;
    private final String slot;
    private final boolean hasPending;
    private float[] pending = {};

    private SavedWeights(StateSource state, String slot, boolean hasPending) {
        this.state = state;
        this.slot = slot;
        this.hasPending = hasPending;
    }

    /**
     * What the settings hand on of a state.
     *
     * @throws StateMismatchException if it was not saved with these settings
     */
    public static SavedWeights of(MergeSettings merge, StateSource state) {
        StateSlots.require(StateSlots.of(merge), state.slots());
        boolean averaged = merge.rule() == MergeRuleName.EMA && merge.ema().export() == EmaSettings.Export.AVERAGE;
        return new SavedWeights(
                state,
                averaged ? StateSlots.AVERAGE : StateSlots.MASTER,
                StateSlots.of(merge).contains(StateSlots.PENDING));
    }

    /** Copies a range of the flat space. */
    public void read(long offset, float[] target, int at, int length) throws IOException {
        state.read(slot, offset, target, at, length);
        if (hasPending) {
            if (pending.length < length) {
                pending = new float[length];
            }
            state.read(StateSlots.PENDING, offset, pending, 0, length);
            for (int i = 0; i < length; i++) {
                target[at + i] += pending[i];
            }
        }
    }
}
