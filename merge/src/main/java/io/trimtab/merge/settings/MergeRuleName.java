package io.trimtab.merge.settings;

/** How a step is merged with the SFT delta, or what keeps the policy near SFT in its place. */
public enum MergeRuleName {
    /** Not at all: torch.optim.AdamW. */
    NONE,
    /** Random sparsification, weighted sum (arXiv 2405.17931, equations 3 and 4). */
    ON_DARE,
    /** Largest magnitudes, sign vote (equations 5 to 7). */
    ON_TIES,
    /** ChildTuning-F (arXiv 2109.05687): a fresh random mask on the gradient in every step, before the moments. */
    CHILDTUNING,
    /** torch.optim.AdamW with an exponential moving average of the weights beside it. */
    EMA;

    /** Whether steps are merged with the SFT delta. */
    public boolean merges() {
        return this == ON_DARE || this == ON_TIES;
    }

    /** Whether a share of the entries is kept. */
    public boolean sparsifies() {
        return merges() || this == CHILDTUNING;
    }

    /** Whether that share is drawn. */
    public boolean draws() {
        return this == ON_DARE || this == CHILDTUNING;
    }
}
