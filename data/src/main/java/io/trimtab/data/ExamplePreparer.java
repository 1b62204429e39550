package io.trimtab.data;

import io.trimtab.data.chat.ChatTemplate;
import io.trimtab.data.chat.ChatTemplateFiles;
import io.trimtab.data.chat.ChatTemplateTexts;
import io.trimtab.data.chat.Conversation;
import io.trimtab.data.chat.TemplateException;
import io.trimtab.data.chat.Tools;
import io.trimtab.data.tokens.SequenceEncoder;
import io.trimtab.data.tokens.Sequences;
import io.trimtab.data.tokens.Tokenizer;
import io.trimtab.data.tokens.UntokenizableText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From a row to an example: the one entry for whoever reads tables.
 *
 * <p>The outcome depends on the row and the arguments of {@link #open} alone. Opened once per task from a local folder; holds the tokenizer's
 * native memory until closed. Not thread safe.
 */
public final class ExamplePreparer implements AutoCloseable {
    private final TrainingStage stage;
    private final RowReader reader;
    private final Tokenizer tokenizer;
    private final SequenceEncoder encoder;
    private final @Nullable ChatTemplate template;

    private ExamplePreparer(
            TrainingStage stage,
            RowReader reader,
            Tokenizer tokenizer,
            SequenceEncoder encoder,
            @Nullable ChatTemplate template) {
        this.stage = stage;
        this.reader = reader;
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        this.template = template;
    }

    /**
     * A preparer for the rows of one table.
     *
     * @param tokenizerFolder local folder with tokenizer.json and its companions
     * @param columns Trimtab's column name to the table's
     * @param maxPositions the model's positions; a longer {@code maxLength} is lowered to it
     * @throws DataException if the tokenizer or the chat template cannot be used
     */
    public static ExamplePreparer open(
            Path tokenizerFolder,
            TrainingStage stage,
            Map<String, String> columns,
            TextSettings settings,
            int maxPositions) {
        Tokenizer tokenizer = Tokenizer.open(tokenizerFolder);
        try {
            Optional<ChatTemplateTexts> texts = settings.chatTemplate() == null
                    ? ChatTemplateFiles.ofFolder(tokenizerFolder)
                    : Optional.of(ChatTemplateFiles.of(settings.chatTemplate(), tokenizerFolder));
            ChatTemplate template = texts.map(jinja -> ChatTemplate.of(jinja, tokenizer.namedTokens()))
                    .orElse(null);
            int maxLength = Math.min(settings.maxLength(), maxPositions);
            SequenceEncoder encoder = SequenceEncoder.of(tokenizer, settings, maxLength);
            return new ExamplePreparer(stage, new RowReader(stage, new Columns(columns)), tokenizer, encoder, template);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /**
     * What becomes of the row.
     *
     * @throws DataException if the row shows that the whole table cannot be read: messages without a usable chat template
     */
    public RowOutcome prepare(RawRow row) {
        return render(row).outcome();
    }

    /**
     * What becomes of the row, with its text.
     *
     * @throws DataException as {@link #prepare}
     */
    public RenderedRow render(RawRow row) {
        try {
            Passage passage = reader.read(row);
            List<CompletionRole> roles = roles(row);
            Texts texts = texts(passage, reader.tools(row));
            requireText(texts);
            int trained = (int) roles.stream().filter(CompletionRole::trained).count();
            Sequences sequences = encoder.encode(texts.prompt, texts.wholes, trained, texts.plain);
            return new RenderedRow(texts.prompt, texts.wholes, outcome(row.id(), roles, texts, sequences));
        } catch (RowRejection rejection) {
            return RenderedRow.rejected(rejection.of(row.id()));
        } catch (UntokenizableText e) {
            return RenderedRow.rejected(
                    new RowOutcome.Rejected(row.id(), RejectionReason.TOKENIZER_ERROR, String.valueOf(e.getMessage())));
        }
    }

    private List<CompletionRole> roles(RawRow row) throws RowRejection {
        return switch (stage) {
            case PRETRAIN, SFT -> List.of(CompletionRole.TARGET);
            case DPO -> List.of(CompletionRole.CHOSEN, CompletionRole.REJECTED);
            case KTO ->
                List.of(
                        reader.label(row) ? CompletionRole.DESIRABLE : CompletionRole.UNDESIRABLE,
                        CompletionRole.MISMATCHED);
        };
    }

    /** @param wholes prompt + completion, once per completion */
    private record Texts(String prompt, List<String> wholes, boolean plain) {}

    private Texts texts(Passage passage, Tools tools) throws RowRejection {
        return passage instanceof Passage.Plain plain ? texts(plain) : rendered((Passage.Chat) passage, tools);
    }

    private static Texts texts(Passage.Plain plain) throws RowRejection {
        List<String> wholes = new ArrayList<>(plain.completions().size());
        for (String completion : plain.completions()) {
            if (completion.isBlank()) {
                throw new RowRejection(RejectionReason.EMPTY_COMPLETION, "a completion has no text");
            }
            wholes.add(plain.prompt() + completion);
        }
        return new Texts(plain.prompt(), wholes, true);
    }

    private Texts rendered(Passage.Chat chat, Tools tools) throws RowRejection {
        if (template == null) {
            throw new DataException("Cannot render messages: the model folder has no chat template;"
                    + " set data.chat-template to one, or to the path of one");
        }
        try {
            List<String> wholes = new ArrayList<>(chat.completions().size());
            for (Conversation completion : chat.completions()) {
                if (!completion.hasText()) {
                    throw new RowRejection(RejectionReason.EMPTY_COMPLETION, "a completion has no text");
                }
                wholes.add(template.render(chat.prompt().then(completion), tools, false)
                        .text());
            }
            String prompt = template.render(chat.prompt(), tools, !chat.prompt().endsWithAssistant())
                    .text();
            return new Texts(prompt, wholes, false);
        } catch (TemplateException e) {
            throw new RowRejection(RejectionReason.TEMPLATE_ERROR, String.valueOf(e.getMessage()));
        }
    }

    /** JSON and Parquet can both carry half a surrogate pair, which no tokenizer can take. */
    private static void requireText(Texts texts) throws RowRejection {
        for (String whole : texts.wholes) {
            if (hasLoneSurrogate(whole)) {
                throw new RowRejection(RejectionReason.NOT_UTF8, "text has an unpaired surrogate");
            }
        }
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                return true;
            }
            i++;
        }
        return false;
    }

    private RowOutcome outcome(String id, List<CompletionRole> roles, Texts texts, Sequences sequences)
            throws RowRejection {
        if (sequences instanceof Sequences.TooLong tooLong) {
            return new RowOutcome.TooLong(id, tooLong.tokens());
        }
        if (!(sequences instanceof Sequences.Fitting fitting)) {
            throw new RowRejection(RejectionReason.EMPTY_COMPLETION, "a completion has no token to train on");
        }
        List<Completion> completions = new ArrayList<>(fitting.completions().size());
        for (int i = 0; i < fitting.completions().size(); i++) {
            completions.add(new Completion(fitting.completions().get(i), roles.get(i)));
        }
        if (stage == TrainingStage.DPO) {
            requireDifferent(completions, fitting.notes());
        }
        Set<RowNote> notes = EnumSet.noneOf(RowNote.class);
        notes.addAll(fitting.notes());
        if (texts.prompt.isEmpty() && stage != TrainingStage.PRETRAIN) {
            notes.add(RowNote.EMPTY_PROMPT);
        }
        return new RowOutcome.Kept(new Example(id, fitting.prompt(), completions), notes);
    }

    /** By tokens: texts that differ only where the tokenizer does not look, or behind the cut, would train on nothing. */
    private static void requireDifferent(List<Completion> completions, Set<RowNote> notes) throws RowRejection {
        if (Arrays.equals(completions.get(0).tokens(), completions.get(1).tokens())) {
            throw new RowRejection(
                    RejectionReason.IDENTICAL_COMPLETIONS,
                    notes.contains(RowNote.COMPLETION_TRUNCATED)
                            ? "chosen and rejected are the same within data.max-length"
                            : "chosen and rejected are the same");
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
