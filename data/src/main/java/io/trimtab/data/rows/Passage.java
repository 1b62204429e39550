package io.trimtab.data.rows;

import io.trimtab.data.chat.Conversation;
import java.util.Arrays;
import java.util.List;

/** A row's prompt and completions before they become ids. */
sealed interface Passage {
    /** The passage with these of its completions alone, in this order. */
    Passage only(int... completions);

    /** Strings, used as they are. */
    record Plain(String prompt, List<String> completions) implements Passage {
        @Override
        public Passage only(int... chosen) {
            return new Plain(
                    prompt, Arrays.stream(chosen).mapToObj(completions::get).toList());
        }
    }

    /** Messages, to be rendered by the chat template; each completion continues the prompt. */
    record Chat(Conversation prompt, List<Conversation> completions) implements Passage {
        @Override
        public Passage only(int... chosen) {
            return new Chat(
                    prompt, Arrays.stream(chosen).mapToObj(completions::get).toList());
        }
    }
}
