package io.trimtab.merge.settings;

/** Beside which root AdamW's epsilon stands. */
public enum EpsilonPlacement {
    /** sqrt(v) + eps: the old Hugging Face AdamW, which the merging optimizers were released with. */
    UNCORRECTED,
    /** sqrt(v / (1 - b2^t)) + eps: torch.optim.AdamW. */
    CORRECTED
}
