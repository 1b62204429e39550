/**
 * A synthetic world: a small language with seven exactly checkable skills, an open-ended task and a known reward that is only partly
 * compatible with the skills, so that alignment has a price which can be measured without error.
 *
 * <p>Quickstart, tests and demonstrations stand on it. {@link io.trimtab.data.synthetic.World} knows what is true and what an answer is
 * worth, {@link io.trimtab.data.synthetic.WorldRows} draws the rows of every training stage, and
 * {@link io.trimtab.data.synthetic.WorldFolder} writes them as the files that a user's own data would come in. No model enters here.
 */
@NullMarked
package io.trimtab.data.synthetic;

import org.jspecify.annotations.NullMarked;
