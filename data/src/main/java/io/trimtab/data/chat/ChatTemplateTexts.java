package io.trimtab.data.chat;

import java.util.Optional;

/** A model's templates: the one for all conversations, and the one for those with tools where it is another. */
public record ChatTemplateTexts(String standard, Optional<String> withTools) {
    public static ChatTemplateTexts of(String jinja) {
        return new ChatTemplateTexts(jinja, Optional.empty());
    }
}
