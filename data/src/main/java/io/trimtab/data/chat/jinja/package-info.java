/**
 * Jinja2 as Hugging Face sets it up for chat templates: sandboxed, {@code trim_blocks}, {@code lstrip_blocks}, loop controls,
 * {@code generation} blocks. A template is parsed once to a tree and evaluated for each conversation.
 *
 * <p>Values are Python's: {@link io.trimtab.data.chat.jinja.None}, {@code Boolean}, {@code Long} (a larger integer {@code BigInteger}),
 * {@code Double}, {@code String} counted in code points, {@code List}, {@code Tuple}, {@code Map}. Templates come with models and are not
 * trusted: nothing here reads files, classes or the clock. Own code, for no Java engine prints what Jinja2 prints: see the
 * module's README. Used by {@code data.chat} alone; knows nothing of messages.
 */
@NullMarked
package io.trimtab.data.chat.jinja;

import org.jspecify.annotations.NullMarked;
