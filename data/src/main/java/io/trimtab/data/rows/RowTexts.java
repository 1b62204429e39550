package io.trimtab.data.rows;

import io.trimtab.data.DataException;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.Span;
import io.trimtab.data.chat.AssistantTurns;
import io.trimtab.data.chat.ChatTemplate;
import io.trimtab.data.chat.ChatTemplate.Rendered;
import io.trimtab.data.chat.Conversation;
import io.trimtab.data.chat.TemplateException;
import io.trimtab.data.chat.Tools;
import io.trimtab.data.tokens.SpecialTokenPolicy;
import io.trimtab.data.tokens.SpecialTokens;
import io.trimtab.data.tokens.Tokenizer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** From a row's strings or messages to the texts that are tokenised. */
final class RowTexts {
    private final @Nullable ChatTemplate template;
    private final SpecialTokenPolicy policy;
    private final SpecialTokens specialTokens;
    private final String bos;
    private final String eos;

    RowTexts(@Nullable ChatTemplate template, SpecialTokenPolicy policy, Tokenizer tokenizer) {
        this.template = template;
        this.policy = policy;
        specialTokens = tokenizer.specialTokens();
        Map<String, String> named = tokenizer.namedTokens();
        bos = named.getOrDefault("bos_token", "");
        eos = named.getOrDefault("eos_token", "");
    }

    /**
     * What is tokenised.
     *
     * @param wholes prompt + completion, once per completion
     * @param plain whether they are a user's strings, not a template's
     * @param turns what of the only whole is trained; empty: all behind the prompt
     */
    record Texts(String prompt, List<String> wholes, boolean plain, List<Span> turns, Set<RowNote> notes) {}

    Texts of(Passage.Plain plain) throws RowRejection {
        Reading reading = new Reading();
        String prompt = reading.string(plain.prompt(), bos, "");
        List<String> wholes = new ArrayList<>(plain.completions().size());
        for (String completion : plain.completions()) {
            if (completion.isBlank()) {
                throw new RowRejection(RejectionReason.EMPTY_COMPLETION, "a completion has no text");
            }
            wholes.add(prompt + reading.string(completion, plain.prompt().isEmpty() ? bos : "", eos));
        }
        return new Texts(prompt, wholes, true, List.of(), reading.notes());
    }

    /** @param turnsFrom the message from which on every turn of the assistant is trained; negative: the completions are trained whole */
    Texts of(Passage.Chat chat, Tools tools, int turnsFrom) throws RowRejection {
        if (template == null) {
            throw new DataException("Cannot render messages: the model folder has no chat template;"
                    + " set data.chat-template to one, or to the path of one");
        }
        try {
            Reading reading = new Reading();
            Conversation prompt = reading.conversation(chat.prompt());
            List<Conversation> wholes = new ArrayList<>(chat.completions().size());
            for (Conversation completion : chat.completions()) {
                if (!completion.hasText()) {
                    throw new RowRejection(RejectionReason.EMPTY_COMPLETION, "a completion has no text");
                }
                wholes.add(prompt.then(reading.conversation(completion)));
            }
            return rendered(template, prompt, wholes, reading.tools(tools), turnsFrom, reading.notes());
        } catch (TemplateException e) {
            throw new RowRejection(RejectionReason.TEMPLATE_ERROR, String.valueOf(e.getMessage()));
        }
    }

    private static Texts rendered(
            ChatTemplate template,
            Conversation prompt,
            List<Conversation> conversations,
            Tools tools,
            int turnsFrom,
            Set<RowNote> notes)
            throws RowRejection {
        List<String> wholes = new ArrayList<>(conversations.size());
        for (Conversation conversation : conversations) {
            Rendered whole = template.render(conversation, tools, false);
            if (whole.partsJoined()) {
                notes.add(RowNote.CONTENT_PARTS_JOINED);
            }
            if (turnsFrom >= 0
                    && (conversation.assistantTurns(turnsFrom) > 1
                            || !whole.generations().isEmpty())) {
                return turns(template, conversation, tools, turnsFrom, whole, notes);
            }
            wholes.add(whole.text());
        }
        String asked =
                template.render(prompt, tools, !prompt.endsWithAssistant()).text();
        return new Texts(asked, wholes, false, List.of(), notes);
    }

    private static Texts turns(
            ChatTemplate template,
            Conversation conversation,
            Tools tools,
            int turnsFrom,
            Rendered whole,
            Set<RowNote> notes)
            throws RowRejection {
        AssistantTurns turns = AssistantTurns.of(template, conversation, tools, turnsFrom, whole);
        if (turns.missing() > 0) {
            notes.add(RowNote.TURN_NOT_FOUND);
        }
        if (turns.spans().isEmpty()) {
            throw new RowRejection(
                    RejectionReason.TEMPLATE_ERROR, "no turn of the assistant is found in the rendered conversation");
        }
        String before = whole.text().substring(0, turns.spans().get(0).start());
        return new Texts(before, List.of(whole.text()), false, turns.spans(), notes);
    }

    /** One row's strings as the policy for special tokens wants them. */
    private final class Reading {
        private boolean found;

        Set<RowNote> notes() throws RowRejection {
            if (found && policy == SpecialTokenPolicy.REJECT) {
                throw new RowRejection(
                        RejectionReason.SPECIAL_TOKEN, "data.special-tokens = reject, and one is written out");
            }
            return found ? EnumSet.of(RowNote.SPECIAL_TOKENS_IN_CONTENT) : EnumSet.noneOf(RowNote.class);
        }

        private String text(String text) {
            if (!specialTokens.isIn(text)) {
                return text;
            }
            found = true;
            return policy == SpecialTokenPolicy.ESCAPE ? specialTokens.marked(text) : text;
        }

        /** A plain string may begin with BOS and end with EOS: they mean what they are. */
        String string(String text, String start, String end) {
            int from = !start.isEmpty() && text.startsWith(start) ? start.length() : 0;
            int to = !end.isEmpty() && text.endsWith(end) && text.length() - end.length() >= from
                    ? text.length() - end.length()
                    : text.length();
            return text.substring(0, from) + text(text.substring(from, to)) + text.substring(to);
        }

        Conversation conversation(Conversation conversation) {
            return conversation.withTexts(this::text);
        }

        Tools tools(Tools tools) {
            return tools.withTexts((UnaryOperator<String>) this::text);
        }
    }
}
