package io.trimtab.merge.settings;

import java.io.Serializable;

/**
 * The moving average of rule {@code ema}: {@code average = decay average + (1 - decay) weights} after every step, from the initial weights on.
 *
 * @param decay in [0, 1); 0.999 keeps a memory of about 1000 steps
 * @param export what the run hands on
 */
public record EmaSettings(double decay, Export export) implements Serializable {

    /** Which weights are evaluated while training, and stand in the result. */
    public enum Export {
        AVERAGE,
        /** The weights that AdamW moves; the average stays in the checkpoints. */
        TRAINED
    }

    /** For the rules that have no average. */
    static final EmaSettings UNUSED = new EmaSettings(0, Export.TRAINED);

    public EmaSettings {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("merge.ema-decay must be in [0, 1): " + decay);
        }
    }
}
