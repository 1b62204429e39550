/**
 * From text to ids: the tokenizer and the one place that decides where a completion begins, what is cut, and which of BOS and EOS
 * are added. Reads local files only; no engine, no network.
 */
@NullMarked
package io.trimtab.data.tokens;

import org.jspecify.annotations.NullMarked;
