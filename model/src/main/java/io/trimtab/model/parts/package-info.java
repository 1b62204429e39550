/**
 * What differs between families of decoders, one small closed part for each thing: where norms stand, which projections have biases or are
 * fused, how far a layer looks, how positions turn, what is multiplied and what is capped. A {@link io.trimtab.model.ModelArchitecture}
 * is sizes and these parts; config.json is read into them, the parameter table and the computation follow from them. No file and no engine
 * belongs here.
 */
@NullMarked
package io.trimtab.model.parts;

import org.jspecify.annotations.NullMarked;
