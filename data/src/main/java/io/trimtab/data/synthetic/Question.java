package io.trimtab.data.synthetic;

import java.util.List;

/** A question with its one right answer, as words without any format around them. */
record Question(Skill skill, List<String> words, List<String> answer) {
    Question {
        words = List.copyOf(words);
        answer = List.copyOf(answer);
    }
}
