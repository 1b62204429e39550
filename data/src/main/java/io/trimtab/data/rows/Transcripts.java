package io.trimtab.data.rows;

import io.trimtab.data.RejectionReason;
import java.util.ArrayList;
import java.util.List;

/** Transcripts as of HH-RLHF: {@code \n\nHuman: … \n\nAssistant: …}, the last answer being the completion. */
final class Transcripts {
    private static final String HUMAN = "\n\nHuman:";
    private static final String ASSISTANT = "\n\nAssistant:";

    private Transcripts() {}

    /** Splits behind the last {@code Assistant:}; its following blank begins the completion. Not at the texts' common prefix, which may end in mid-answer. */
    static Passage read(List<String> texts) throws RowRejection {
        String prompt = null;
        List<String> completions = new ArrayList<>(texts.size());
        for (String text : texts) {
            int split = endOfPrompt(text);
            String own = text.substring(0, split);
            if (prompt != null && !prompt.equals(own)) {
                throw new RowRejection(
                        RejectionReason.DIFFERENT_PROMPTS, "the transcripts differ before their last answers");
            }
            prompt = own;
            completions.add(text.substring(split));
        }
        return new Passage.Plain(prompt == null ? "" : prompt, completions);
    }

    private static int endOfPrompt(String text) throws RowRejection {
        int turn = text.lastIndexOf(ASSISTANT);
        if (turn >= 0) {
            return turn + ASSISTANT.length();
        }
        throw text.startsWith(HUMAN)
                ? new RowRejection(RejectionReason.NO_ASSISTANT_TURN, "a transcript has no assistant turn")
                : new RowRejection(RejectionReason.MISSING_COLUMN, "prompt is absent or null");
    }
}
