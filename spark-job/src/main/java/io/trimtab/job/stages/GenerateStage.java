package io.trimtab.job.stages;

import io.trimtab.data.DataException;
import io.trimtab.data.chat.ChatTemplate;
import io.trimtab.data.chat.ChatTemplateFiles;
import io.trimtab.data.chat.ChatTemplateTexts;
import io.trimtab.data.chat.Conversation;
import io.trimtab.data.chat.TemplateException;
import io.trimtab.data.tokens.Tokenizer;
import io.trimtab.job.config.RefusedException;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.Device;
import io.trimtab.model.generate.Continuation;
import io.trimtab.model.generate.GenerationSettings;
import io.trimtab.model.generate.Generator;
import io.trimtab.model.generate.Sampling;
import io.trimtab.model.generate.StopTokens;
import io.trimtab.model.generate.TokenListener;
import io.trimtab.model.weights.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Text from a model folder, in this process. Holds the model until closed. */
public final class GenerateStage implements AutoCloseable {
    private final Path path;
    private final ModelFolder folder;
    private final Tokenizer tokenizer;
    private @Nullable ChatTemplate template;

    public GenerateStage(Path path) {
        this.path = path;
        this.folder = ModelFolder.open(path);
        try {
            this.tokenizer = Tokenizer.open(path);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** What looks wrong with the model and does not stop it from being used. */
    public List<String> warnings() {
        return folder.warnings();
    }

    /**
     * What the model reads, in order: a string as it is, with BOS if the tokenizer adds one, messages through the model's own template.
     *
     * @throws RefusedException naming the prompt, if it cannot be read by this model
     */
    public List<int[]> encode(List<TextPrompt> prompts) {
        List<int[]> encoded = new ArrayList<>();
        for (TextPrompt prompt : prompts) {
            int[] ids = tokenizer.encodeSequence(text(prompt));
            int positions = folder.architecture().maxPositions();
            if (ids.length == 0) {
                throw new RefusedException("Cannot continue " + prompt.name()
                        + ": it has no tokens and this tokenizer adds no BOS; give it at least one word");
            }
            if (ids.length >= positions) {
                throw new RefusedException("Cannot continue " + prompt.name() + ": it has " + ids.length
                        + " tokens, the model has " + positions + " positions; shorten it");
            }
            requireWords(prompt, ids);
            encoded.add(ids);
        }
        return encoded;
    }

    /** Tokens may have been added to a tokenizer and not to the model. */
    private void requireWords(TextPrompt prompt, int[] ids) {
        int words = folder.architecture().vocabularySize();
        int highest = Arrays.stream(ids).max().orElseThrow();
        if (highest >= words) {
            throw new RefusedException("Cannot continue " + prompt.name() + ": it has a token with id " + highest
                    + ", and vocab_size in the model's config.json is " + words
                    + "; put the model's own tokenizer there, or leave the token out");
        }
    }

    /** Loads the weights; the caller closes them. */
    public Policy load(int threads, Device device) {
        return Policy.load(folder, PolicyOptions.inference(threads).on(device));
    }

    /**
     * Continues the prompts.
     *
     * @param policy that was loaded here
     * @param pieces hears the text of the first prompt as it grows
     */
    public List<GeneratedText> generate(
            Policy policy,
            List<int[]> prompts,
            int maxNewTokens,
            Sampling sampling,
            long seed,
            Consumer<String> pieces) {
        GenerationSettings settings = new GenerationSettings(maxNewTokens, sampling, seed, StopTokens.of(folder));
        GrowingText growing = new GrowingText(tokenizer, pieces);
        TokenListener listener = (prompt, token) -> {
            if (prompt == 0) {
                growing.add(token);
            }
        };
        List<Continuation> continuations = new Generator(policy, settings, listener).generate(prompts);
        growing.end();
        List<GeneratedText> texts = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Continuation continuation = continuations.get(i);
            texts.add(new GeneratedText(prompts.get(i), continuation, tokenizer.decode(continuation.ids())));
        }
        return texts;
    }

    private String text(TextPrompt prompt) {
        Conversation messages = prompt.messages();
        if (messages == null) {
            return String.valueOf(prompt.text());
        }
        if (messages.endsWithAssistant()) {
            throw new RefusedException("Cannot continue " + prompt.name()
                    + ": its last message is the assistant's; leave out the answer that is asked for");
        }
        try {
            return template().render(messages, true);
        } catch (TemplateException | DataException e) {
            throw new RefusedException("Cannot continue " + prompt.name() + ": " + e.getMessage());
        }
    }

    private ChatTemplate template() {
        if (template == null) {
            ChatTemplateTexts texts = ChatTemplateFiles.ofFolder(path)
                    .orElseThrow(() -> new RefusedException(
                            "Cannot render messages: " + path + " has no chat template; give plain prompts"));
            template = ChatTemplate.of(texts, tokenizer.namedTokens());
        }
        return template;
    }

    @Override
    public void close() {
        tokenizer.close();
        folder.close();
    }
}
