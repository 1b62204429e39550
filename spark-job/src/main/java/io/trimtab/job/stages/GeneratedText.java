package io.trimtab.job.stages;

import io.trimtab.model.generate.Continuation;

/**
 * The answer to one prompt.
 *
 * @param promptIds ids that the model read, BOS included
 * @param text without special tokens
 */
public record GeneratedText(int[] promptIds, Continuation continuation, String text) {}
