/**
 * What differs from tensor to tensor: patterns over names, and whether the rule touches a tensor, with which alpha and density.
 * {@link io.trimtab.merge.scope.MergeScope} is what a user asks for, {@link io.trimtab.merge.scope.TensorScopes} the same worked out for one
 * model.
 */
@NullMarked
package io.trimtab.merge.scope;

import org.jspecify.annotations.NullMarked;
