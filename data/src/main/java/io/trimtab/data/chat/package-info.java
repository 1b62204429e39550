/**
 * Chat templates: a conversation becomes the text its model was trained on, by the model's own Jinja template.
 * Used by the preparer alone. Templates come with models and are not trusted: they see messages, never files or classes.
 * The language itself is in {@code data.chat.jinja}.
 */
@NullMarked
package io.trimtab.data.chat;

import org.jspecify.annotations.NullMarked;
