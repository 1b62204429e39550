package io.trimtab.data.synthetic;

import java.util.List;

/** Two answers to {@code tell <noun>}; the label is noisy, so the chosen one is not always the better one. */
record PreferencePair(String noun, List<String> chosen, List<String> rejected) {
    PreferencePair {
        chosen = List.copyOf(chosen);
        rejected = List.copyOf(rejected);
    }

    String prompt() {
        return PromptAndAnswer.tellPrompt(noun);
    }
}
