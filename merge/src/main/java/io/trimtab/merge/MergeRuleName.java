package io.trimtab.merge;

/** How one optimizer step is merged with the SFT delta. */
public enum MergeRuleName {
    /** Plain torch.optim.AdamW. */
    NONE,
    /** Random survivors of step and SFT delta, weighted sum. */
    ON_DARE,
    /** Largest survivors of step and SFT delta, sign vote. */
    ON_TIES
}
