package io.trimtab.job.stages;

import io.trimtab.data.chat.Conversation;
import org.jspecify.annotations.Nullable;

/**
 * What a text is to begin with: a string, or the messages of a conversation.
 *
 * @param name for errors: the option or the line of the file
 */
public record TextPrompt(
        String name, @Nullable String text, @Nullable Conversation messages) {
    static TextPrompt of(String name, String text) {
        return new TextPrompt(name, text, null);
    }

    static TextPrompt of(String name, Conversation messages) {
        return new TextPrompt(name, null, messages);
    }

    /** A string as the user's message; a conversation as it is. */
    public TextPrompt asChat() {
        return text == null ? this : of(name, Conversation.of("user", text));
    }
}
