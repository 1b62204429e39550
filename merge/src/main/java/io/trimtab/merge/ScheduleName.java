package io.trimtab.merge;

/** The curve of the learning rate after its warm-up. */
public enum ScheduleName {
    CONSTANT,
    LINEAR,
    COSINE
}
