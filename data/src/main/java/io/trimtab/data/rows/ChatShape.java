package io.trimtab.data.rows;

import io.trimtab.data.RejectionReason;
import io.trimtab.data.chat.Conversation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of messages, in TRL's variants: answers behind a prompt, whole conversations with or without one, strings mixed in. */
final class ChatShape {
    private ChatShape() {}

    static Passage read(@Nullable Object prompt, List<Object> values) throws RowRejection {
        List<Conversation> conversations = new ArrayList<>(values.size());
        for (Object value : values) {
            conversations.add(conversation(value, "assistant"));
        }
        for (Conversation conversation : conversations) {
            if (!conversation.endsWithAssistant()) {
                throw new RowRejection(
                        RejectionReason.MALFORMED_MESSAGES, "a completion does not end with an assistant message");
            }
        }
        return prompt == null || (prompt instanceof String && !answersOnly(conversations))
                ? implicit(prompt, conversations)
                : explicit(conversation(prompt, "user"), conversations);
    }

    private static boolean answersOnly(List<Conversation> conversations) {
        return conversations.stream().allMatch(Conversation::startsWithAssistant);
    }

    private static Conversation conversation(Object value, String roleOfText) throws RowRejection {
        if (value instanceof String text) {
            return Conversation.of(roleOfText, text);
        }
        if (!RowReader.isMessages(value)) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, "a column is neither text nor messages");
        }
        try {
            return Conversation.parse(value instanceof Map ? List.of(value) : (List<?>) value);
        } catch (IllegalArgumentException e) {
            throw new RowRejection(RejectionReason.MALFORMED_MESSAGES, String.valueOf(e.getMessage()));
        }
    }

    /** The completions may repeat the prompt in front of them. */
    private static Passage explicit(Conversation prompt, List<Conversation> conversations) throws RowRejection {
        List<Conversation> answers = new ArrayList<>(conversations.size());
        for (Conversation conversation : conversations) {
            Conversation answer = conversation.startsWith(prompt) ? conversation.from(prompt.size()) : conversation;
            if (!answer.startsWithAssistant()) {
                throw new RowRejection(
                        RejectionReason.DIFFERENT_PROMPTS, "a completion is a conversation with another prompt");
            }
            answers.add(answer);
        }
        return new Passage.Chat(prompt, answers);
    }

    /** Whole conversations: the prompt is what they share from the start, or everything before the last answer of a single one. */
    private static Passage implicit(@Nullable Object prompt, List<Conversation> conversations) throws RowRejection {
        List<Conversation> whole = new ArrayList<>(conversations);
        whole.removeIf(Conversation::startsWithAssistant);
        if (whole.isEmpty()) {
            throw new RowRejection(RejectionReason.MISSING_COLUMN, "prompt is absent or null");
        }
        Conversation before = shared(whole);
        if (prompt instanceof String text && !before.contains("user", text)) {
            throw new RowRejection(
                    RejectionReason.DIFFERENT_PROMPTS, "prompt is not in the conversations that the row holds");
        }
        return explicit(before, conversations);
    }

    /** The longest common beginning that leaves every conversation its last message. */
    private static Conversation shared(List<Conversation> whole) {
        Conversation first = whole.get(0);
        int shared = first.size() - 1;
        for (Conversation other : whole) {
            shared = Math.min(shared, other.size() - 1);
            while (!other.startsWith(first.first(shared))) {
                shared--;
            }
        }
        return first.first(shared);
    }
}
