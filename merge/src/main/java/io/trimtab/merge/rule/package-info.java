/**
 * How AdamW's step becomes the change of the weights: {@link io.trimtab.merge.rule.MergeRule} is the paper's equation 2, and each rule one
 * class behind {@link io.trimtab.merge.rule.MergeRules}, made of a sparsifier, a consensus and the SFT delta. Used by {@code MergedUpdate},
 * which owns the order of a step; nothing here moves a float to another rank but through the collective.
 */
@NullMarked
package io.trimtab.merge.rule;

import org.jspecify.annotations.NullMarked;
