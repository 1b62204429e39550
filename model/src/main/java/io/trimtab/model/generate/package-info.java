/**
 * Text from a policy: greedy or drawn, many prompts at once with cached keys and values. Evaluation and the command line use it.
 * Takes and returns ids; tokenizers stay outside.
 */
@NullMarked
package io.trimtab.model.generate;

import org.jspecify.annotations.NullMarked;
