package io.trimtab.merge;

/** How a step is merged with the SFT delta. */
public enum MergeRuleName {
    /** Not at all: torch.optim.AdamW. */
    NONE,
    /** Random sparsification, weighted sum (arXiv 2405.17931, equations 3 and 4). */
    ON_DARE,
    /** Largest magnitudes, sign vote (equations 5 to 7). */
    ON_TIES
}
