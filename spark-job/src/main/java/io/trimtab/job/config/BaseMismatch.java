package io.trimtab.job.config;

/** What to do with a tensor of the policy that the base model lacks or has in another shape, as after new tokens were added. */
public enum BaseMismatch {
    /** Stop and name it. */
    REFUSE,

    /** It has no SFT delta: its steps are sparsified and weighted like all others, and nothing is added to them. */
    NO_DELTA,

    /** The rows that both have, counted from the first, have an SFT delta; the rest has none. A tensor that differs in more than its rows is refused. */
    COMMON_ROWS
}
