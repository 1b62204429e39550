package io.trimtab.merge;

/** Which of two descriptions of the same optimizer counts where they differ. */
public enum Semantics {
    /** What the authors' released code does. */
    RELEASED,
    /** Equations 3 to 7 of arXiv 2405.17931 as printed. */
    PAPER
}
