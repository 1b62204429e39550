package io.trimtab.data.synthetic;

import java.util.List;

/**
 * A prompt and its completion as the text of a row. The two concatenate byte for byte: the completion brings the space between them.
 * The first word {@code <s>} is the tokenizer's business and is never written.
 */
record PromptAndAnswer(String prompt, String completion) {
    /** The SFT format: {@code <u> question <a>} and {@code answer </s>}. */
    static PromptAndAnswer chat(List<String> question, List<String> answer) {
        return new PromptAndAnswer(chatPrompt(question), chatCompletion(answer));
    }

    /** The format of pre-training text: {@code question =} and {@code answer ;}. */
    static PromptAndAnswer raw(Question question) {
        String prompt = String.join(" ", question.words()) + " " + Vocabulary.EQUALS;
        return new PromptAndAnswer(
                prompt, " " + String.join(" ", question.answer()) + " " + Vocabulary.END_OF_STATEMENT);
    }

    static String tellPrompt(String noun) {
        return chatPrompt(List.of(Vocabulary.TELL, noun));
    }

    static String chatCompletion(List<String> answer) {
        return " " + String.join(" ", answer) + " " + Vocabulary.EOS;
    }

    private static String chatPrompt(List<String> question) {
        return Vocabulary.USER + " " + String.join(" ", question) + " " + Vocabulary.ANSWER;
    }
}
