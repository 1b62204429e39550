/**
 * config.json of Hugging Face models, as transformers 4 and 5 write it, read into a {@link io.trimtab.model.ModelArchitecture}. Which fields a
 * family has and what an absent one means stands in {@code families.json}, what its fields mean here; a field that is in neither is refused
 * by name. Nothing else may read a config.json for its shape.
 */
@NullMarked
package io.trimtab.model.config;

import org.jspecify.annotations.NullMarked;
