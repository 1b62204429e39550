/**
 * Model folders in Hugging Face layout, on local paths: safetensors files read in ranges and written in shards, with config.json and the
 * tokenizer files beside them. The decoder loads from here, the merge reads the SFT and base weights from here, and export writes here.
 * Remote file systems are somebody else's business (folders are made local first), and so is the engine: everything is plain Java floats.
 */
@NullMarked
package io.trimtab.model.weights;

import org.jspecify.annotations.NullMarked;
