package io.trimtab.data;

import io.trimtab.data.chat.Conversation;
import java.util.List;

/** A row's prompt and completions before they become ids. */
sealed interface Passage {
    /** Strings, used as they are. */
    record Plain(String prompt, List<String> completions) implements Passage {}

    /** Messages, to be rendered by the chat template; each completion continues the prompt. */
    record Chat(Conversation prompt, List<Conversation> completions) implements Passage {}
}
