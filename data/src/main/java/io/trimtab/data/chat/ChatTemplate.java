package io.trimtab.data.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import io.trimtab.data.DataException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model's own Jinja template: renders a conversation to the text the model was trained on, byte for byte as Hugging Face does.
 *
 * <p>Message content is never evaluated. The template cannot read files or classes. Not thread safe.
 */
public final class ChatTemplate {
    /**
     * What {@code strftime_now} answers: the date that Llama 3's own templates fall back to. Today's date would give the same table other
     * tokens tomorrow.
     */
    private static final LocalDate FIXED_DATE = LocalDate.of(2024, 7, 26);

    /** Where Jinjava departs from Jinja2 unless told. Not all overrides: one would take a tag that begins with a minus for text. */
    private static final LegacyOverrides LIKE_JINJA2 = LegacyOverrides.newBuilder()
            .withEvaluateMapKeys(true)
            .withIterateOverMapKeys(true)
            .withUsePyishObjectMapper(true)
            .withUseNaturalOperatorPrecedence(true)
            .withParseWhitespaceControlStrictly(true)
            .withAllowAdjacentTextNodes(true)
            .withUseTrimmingForNotesAndExpressions(true)
            .withKeepNullableLoopValues(true)
            .withHandleBackslashInQuotesOnly(true)
            .build();

    private final Jinjava engine;
    private final String source;
    private final String original;
    private final Map<String, Object> variables;

    private ChatTemplate(Jinjava engine, String source, String original, Map<String, Object> variables) {
        this.engine = engine;
        this.source = source;
        this.original = original;
        this.variables = variables;
    }

    /**
     * A template as Hugging Face writes it.
     *
     * @param bosToken the text of BOS, null where the tokenizer has none
     * @throws DataException if the template is not valid
     */
    public static ChatTemplate of(String jinja, @Nullable String bosToken, @Nullable String eosToken) {
        return of(jinja, bosToken, eosToken, FIXED_DATE);
    }

    static ChatTemplate of(String jinja, @Nullable String bosToken, @Nullable String eosToken, LocalDate date) {
        Map<String, Object> variables = new LinkedHashMap<>();
        if (bosToken != null) {
            variables.put("bos_token", bosToken);
        }
        if (eosToken != null) {
            variables.put("eos_token", eosToken);
        }
        variables.put("strftime_now", date.toString());
        ChatTemplate template = new ChatTemplate(engine(), TemplateSource.forJinjava(jinja), jinja, variables);
        template.requireValid();
        return template;
    }

    private static Jinjava engine() {
        JinjavaConfig config = JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withKeepTrailingNewline(true)
                // Else a message that holds {{ … }} would be evaluated.
                .withNestedInterpretationEnabled(false)
                .withLegacyOverrides(LIKE_JINJA2)
                .withDisabled(Map.of(Context.Library.TAG, Set.of("include", "import", "from", "extends")))
                .build();
        Jinjava engine = new Jinjava(config);
        engine.registerFilter(new ToJsonFilter());
        engine.registerFilter(new TrimFilter());
        for (String method : PythonText.METHODS) {
            engine.registerFunction(new ELFunctionDefinition(
                    "", PythonText.PREFIX + method, PythonText.class, method, Object.class, List.class));
        }
        engine.registerFunction(
                new ELFunctionDefinition("", PythonText.PRINT, PythonText.class, "print", Object.class));
        engine.registerFunction(
                new ELFunctionDefinition("", PythonText.UNSUPPORTED, PythonText.class, "unsupported", String.class));
        engine.registerFunction(
                new ELFunctionDefinition("", "raise_exception", TemplateFunctions.class, "raise", Object.class));
        engine.registerFunction(
                new ELFunctionDefinition("", "strftime_now", TemplateFunctions.class, "now", String.class));
        return engine;
    }

    private void requireValid() {
        JinjavaInterpreter interpreter = engine.newInterpreter();
        interpreter.parse(source);
        for (TemplateError error : interpreter.getErrors()) {
            throw new DataException("Cannot use the chat template: line " + error.getLineno() + ": "
                    + error.getMessage() + "; name another with data.chat-template");
        }
    }

    /**
     * The conversation as text.
     *
     * @param addGenerationPrompt whether the text ends where the assistant's answer begins
     * @throws TemplateException if this conversation cannot be rendered
     * @throws DataException if the template needs a construct that this engine lacks
     */
    public String render(Conversation conversation, boolean addGenerationPrompt) {
        Map<String, Object> bindings = new LinkedHashMap<>(variables);
        bindings.put("messages", conversation.messages());
        bindings.put("add_generation_prompt", addGenerationPrompt);
        RenderResult result = engine.renderForResult(source, bindings);
        // Jinjava goes on after an error and answers partial text, so any error is fatal here.
        for (TemplateError error : result.getErrors()) {
            throw refusal(error);
        }
        return result.getOutput();
    }

    private RuntimeException refusal(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnsupportedTemplate) {
                return new DataException("Cannot render the chat template: it uses " + cause.getMessage()
                        + ", which is not supported; name another with data.chat-template");
            }
            if (cause instanceof RaisedByTemplate) {
                return new TemplateException("the template refused the messages" + quoted(cause.getMessage()));
            }
        }
        return new TemplateException("the template failed in line " + error.getLineno());
    }

    /** The template's own words, if they are a constant of its text; put together at run time they may hold the user's. */
    private String quoted(@Nullable String message) {
        return message != null && original.contains(message) ? ": " + message : "";
    }
}
