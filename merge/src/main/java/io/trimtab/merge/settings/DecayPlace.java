package io.trimtab.merge.settings;

/** When a step decays the weights. */
public enum DecayPlace {
    /** Before they move, as torch.optim.AdamW does. */
    BEFORE,
    /** After, so that it also decays what was merged. */
    AFTER
}
