package io.trimtab.merge.settings;

/** Shape of the learning rate after warm-up. */
public enum ScheduleName {
    CONSTANT,
    LINEAR,
    COSINE
}
