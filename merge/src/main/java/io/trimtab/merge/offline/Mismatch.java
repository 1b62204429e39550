package io.trimtab.merge.offline;

/** What to do with a tensor whose shapes differ between the models, or an embedding whose vocabularies do. */
public enum Mismatch {
    /** Stop and name it. */
    REFUSE,

    /** Take the base model's, or the first model's where there is no base. */
    KEEP_BASE,

    /** Merge the rows that all models have, and keep the base's beyond. */
    COMMON_ROWS
}
