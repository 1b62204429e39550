package io.trimtab.data.chat;

import io.trimtab.data.Span;
import io.trimtab.data.chat.ChatTemplate.Rendered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where the assistant's turns lie in a rendered conversation: what the template's {@code generation} blocks say, else what its rendering of
 * the conversation's beginnings shows.
 *
 * <p>A turn begins where the conversation before it, with the generation prompt, ends, and it ends where the conversation with it ends; so the
 * end-of-turn token is trained, and the role's header is not. Templates may show an earlier turn otherwise once another follows (without
 * its reasoning): of the turn as it stood last, the longest end that is found in its place is taken.
 *
 * @param spans in order, not empty
 * @param missing how many turns could not be found
 */
public record AssistantTurns(List<Span> spans, int missing) {
    public AssistantTurns {
        spans = List.copyOf(spans);
    }

    /**
     * The turns from message {@code first} on.
     *
     * @param whole the conversation rendered without a generation prompt
     */
    public static AssistantTurns of(
            ChatTemplate template, Conversation conversation, Tools tools, int first, Rendered whole) {
        if (first == 0 && !whole.generations().isEmpty()) {
            return new AssistantTurns(whole.generations(), 0);
        }
        Conversation seen = whole.partsJoined() ? conversation.withJoinedParts() : conversation;
        List<Span> spans = new ArrayList<>();
        int missing = 0;
        int from = 0;
        for (int message = first; message < seen.size(); message++) {
            if (seen.isAssistant(message)) {
                Span turn = new Search(template, seen, tools, whole.text()).turn(message, from);
                if (turn.end() > turn.start()) {
                    spans.add(turn);
                    from = turn.end();
                } else {
                    missing++;
                }
            }
        }
        return new AssistantTurns(spans, missing);
    }

    private record Search(ChatTemplate template, Conversation conversation, Tools tools, String whole) {
        /** Empty where it is not found. */
        Span turn(int message, int from) {
            int start = start(message, from);
            if (start < from) {
                return new Span(from, from);
            }
            return new Span(start, message == conversation.size() - 1 ? whole.length() : end(message, start));
        }

        private int start(int message, int from) {
            if (message > 0) {
                String asked = rendered(message, true);
                String before = rendered(message, false);
                int common = common(asked);
                boolean whole = !asked.isEmpty() && common == asked.length();
                // Up to the answer's header everything must be the same; behind it a generation prompt may say more
                // than the answer.
                if (common >= from && (whole || (!before.isEmpty() && common >= before.length()))) {
                    return common;
                }
            }
            String content = content(message);
            return content.isEmpty() ? -1 : whole.indexOf(content, from);
        }

        private int end(int message, int start) {
            String shown = rendered(message + 1, false);
            String content = content(message);
            int shownContent = shown.lastIndexOf(content);
            // Behind the answer's last word only its closing marks follow: they alone would prove nothing.
            int closing = shownContent < 0 ? shown.length() : shownContent + content.length();
            for (int at = Math.min(start, shown.length()); at < (content.isEmpty() ? shown.length() : closing); at++) {
                if (whole.startsWith(shown.substring(at), start)) {
                    return start + shown.length() - at;
                }
            }
            int found = content.isEmpty() ? -1 : whole.indexOf(content, start);
            return found < 0 ? start : found + content.length();
        }

        private int common(String beginning) {
            int length = Math.min(beginning.length(), whole.length());
            int at = 0;
            while (at < length && beginning.charAt(at) == whole.charAt(at)) {
                at++;
            }
            return at;
        }

        /** The first messages; empty where the template does not render them alone. */
        private String rendered(int messages, boolean generationPrompt) {
            try {
                return template.render(conversation.first(messages), tools, generationPrompt)
                        .text();
            } catch (TemplateException e) {
                return "";
            }
        }

        private String content(int message) {
            Map<String, Object> own = conversation.messages().get(message);
            return own.get("content") instanceof String text ? text.strip() : "";
        }
    }
}
