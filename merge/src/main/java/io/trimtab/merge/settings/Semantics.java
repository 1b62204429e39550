package io.trimtab.merge.settings;

/** Which of the two published readings of a merge rule is computed; README.md of this module has the table. */
public enum Semantics {
    /** What the authors' released code does. */
    RELEASED,
    /** The equations as printed. */
    PAPER
}
