package io.trimtab.merge;

/** Shape of the learning rate after warm-up. */
public enum ScheduleName {
    CONSTANT,
    LINEAR,
    COSINE
}
