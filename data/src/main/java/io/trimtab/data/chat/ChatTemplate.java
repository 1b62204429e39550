package io.trimtab.data.chat;

import io.trimtab.data.DataException;
import io.trimtab.data.Span;
import io.trimtab.data.chat.jinja.RaisedByTemplate;
import io.trimtab.data.chat.jinja.Template;
import io.trimtab.data.chat.jinja.TemplateFault;
import io.trimtab.data.chat.jinja.TemplateSyntaxException;
import io.trimtab.data.chat.jinja.UnsupportedJinja;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model's own Jinja templates: render a conversation to the text the model was trained on, byte for byte as Hugging Face does.
 *
 * <p>Parsed once. Message content is data and never evaluated; a template cannot read files or classes. Immutable.
 */
public final class ChatTemplate {
    /**
     * What {@code strftime_now} answers: the date that Llama 3's own templates fall back to. Today's date would give the same table other
     * tokens tomorrow.
     */
    private static final LocalDate FIXED_DATE = LocalDate.of(2024, 7, 26);

    private final Source standard;
    private final Optional<Source> withTools;
    private final Map<String, String> specialTokens;
    private final LocalDate date;

    private ChatTemplate(
            Source standard, Optional<Source> withTools, Map<String, String> specialTokens, LocalDate date) {
        this.standard = standard;
        this.withTools = withTools;
        this.specialTokens = Map.copyOf(specialTokens);
        this.date = date;
    }

    private record Source(String text, Template template) {
        static Source of(String jinja) {
            try {
                return new Source(jinja, Template.parse(jinja));
            } catch (TemplateSyntaxException e) {
                throw new DataException(
                        "Cannot use the chat template: " + e.getMessage() + "; name another with data.chat-template",
                        e);
            } catch (UnsupportedJinja e) {
                throw unsupported(e);
            }
        }
    }

    /**
     * The templates as a model's files hold them.
     *
     * @param specialTokens what the template sees of the tokenizer: {@code bos_token} and its like, with their texts
     * @throws DataException if one is not valid
     */
    public static ChatTemplate of(ChatTemplateTexts texts, Map<String, String> specialTokens) {
        return new ChatTemplate(
                Source.of(texts.standard()), texts.withTools().map(Source::of), specialTokens, FIXED_DATE);
    }

    /** One template, BOS and EOS being all it sees of the tokenizer; null where there is none. */
    public static ChatTemplate of(String jinja, @Nullable String bosToken, @Nullable String eosToken) {
        return of(jinja, bosToken, eosToken, FIXED_DATE);
    }

    static ChatTemplate of(String jinja, @Nullable String bosToken, @Nullable String eosToken, LocalDate date) {
        Map<String, String> tokens = new LinkedHashMap<>();
        if (bosToken != null) {
            tokens.put("bos_token", bosToken);
        }
        if (eosToken != null) {
            tokens.put("eos_token", eosToken);
        }
        return new ChatTemplate(Source.of(jinja), Optional.empty(), tokens, date);
    }

    /**
     * A conversation as text.
     *
     * @param generations what lies in the template's blocks marked as generations; empty where it has none
     * @param partsJoined whether content that is a list of parts was given to the template as one text
     */
    public record Rendered(String text, List<Span> generations, boolean partsJoined) {
        public Rendered {
            generations = List.copyOf(generations);
        }
    }

    /**
     * The text as Jinja2 alone renders it: {@code tools} and {@code documents} are not defined, while Hugging Face, and the other method,
     * define them as None.
     */
    public String render(Conversation conversation, boolean addGenerationPrompt) {
        return render(conversation, Map.of(), standard, addGenerationPrompt).text();
    }

    /**
     * The conversation as text. Content that is a list of parts reaches the template as it is; where the template cannot take it, or would
     * print the list itself, it gets the parts' joined text instead.
     *
     * @param addGenerationPrompt whether the text ends where the assistant's answer begins
     * @throws TemplateException if this conversation cannot be rendered
     * @throws DataException if the template needs a construct that is not there
     */
    public Rendered render(Conversation conversation, Tools tools, boolean addGenerationPrompt) {
        Map<String, @Nullable Object> more = new HashMap<>();
        more.put("tools", tools.list());
        more.put("documents", null);
        return render(
                conversation, more, tools.isPresent() ? withTools.orElse(standard) : standard, addGenerationPrompt);
    }

    private Rendered render(
            Conversation conversation, Map<String, ?> more, Source source, boolean addGenerationPrompt) {
        if (!conversation.hasParts()) {
            return rendered(conversation, more, source, addGenerationPrompt, false);
        }
        try {
            Rendered rendered = rendered(conversation, more, source, addGenerationPrompt, false);
            if (!conversation.showsParts(rendered.text())) {
                return rendered;
            }
        } catch (TemplateException e) {
            // A template for plain text fails on a list.
        }
        return rendered(conversation.withJoinedParts(), more, source, addGenerationPrompt, true);
    }

    private Rendered rendered(
            Conversation conversation,
            Map<String, ?> more,
            Source source,
            boolean addGenerationPrompt,
            boolean joined) {
        Map<String, @Nullable Object> variables = new HashMap<>(specialTokens);
        variables.put("messages", conversation.forTemplate());
        variables.putAll(more);
        variables.put("add_generation_prompt", addGenerationPrompt);
        try {
            Template.Rendering rendering = source.template.render(variables, date);
            return new Rendered(rendering.text(), rendering.generations(), joined);
        } catch (RaisedByTemplate e) {
            throw new TemplateException("the template refused the messages" + quoted(source, e.getMessage()));
        } catch (TemplateFault e) {
            throw new TemplateException("the template failed: " + e.getMessage());
        } catch (UnsupportedJinja e) {
            throw unsupported(e);
        }
    }

    private static DataException unsupported(UnsupportedJinja e) {
        return new DataException(
                "Cannot render the chat template: it uses " + e.getMessage()
                        + ", which is not supported; name another with data.chat-template",
                e);
    }

    /** The template's own words, if they are a constant of its text; put together at run time they may hold the user's. */
    private static String quoted(Source source, @Nullable String message) {
        return message != null && source.text.contains(message) ? ": " + message : "";
    }
}
