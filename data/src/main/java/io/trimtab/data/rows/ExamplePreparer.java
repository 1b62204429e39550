package io.trimtab.data.rows;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.DataException;
import io.trimtab.data.Example;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.VisibleText;
import io.trimtab.data.chat.ChatTemplate;
import io.trimtab.data.chat.ChatTemplateFiles;
import io.trimtab.data.chat.ChatTemplateTexts;
import io.trimtab.data.rows.RowTexts.Texts;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.SequenceEncoder;
import io.trimtab.data.tokens.Sequences;
import io.trimtab.data.tokens.SpecialTokens;
import io.trimtab.data.tokens.TextSettings;
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
import java.util.function.Consumer;

/**
 * From a row to an example: the one entry for whoever reads tables.
 *
 * <p>The outcome depends on the row and the arguments of {@link #open} alone. Opened once per task from a local folder; holds the tokenizer's
 * native memory until closed. Not thread safe.
 */
public final class ExamplePreparer implements AutoCloseable {
    private final TrainingStage stage;
    private final TextSettings settings;
    private final RowReader reader;
    private final RowTexts texts;
    private final Tokenizer tokenizer;
    private final SequenceEncoder encoder;

    private ExamplePreparer(
            TrainingStage stage,
            TextSettings settings,
            RowReader reader,
            RowTexts texts,
            Tokenizer tokenizer,
            SequenceEncoder encoder) {
        this.stage = stage;
        this.settings = settings;
        this.reader = reader;
        this.texts = texts;
        this.tokenizer = tokenizer;
        this.encoder = encoder;
    }

    /**
     * A preparer for the rows of one table.
     *
     * @param tokenizerFolder local folder with tokenizer.json and its companions
     * @param columns Trimtab's column name to the table's
     * @param rows how the rows are understood
     * @param maxPositions the model's positions; a longer {@code maxLength} is lowered to it
     * @throws DataException if the tokenizer or the chat template cannot be used
     */
    public static ExamplePreparer open(
            Path tokenizerFolder,
            TrainingStage stage,
            Map<String, String> columns,
            RowSettings rows,
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
            RowTexts rowTexts = new RowTexts(template, settings.specialTokens(), tokenizer);
            RowReader reader = new RowReader(stage, new Columns(columns), rows);
            return new ExamplePreparer(stage, settings, reader, rowTexts, tokenizer, encoder);
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
    public RowOutcomes prepare(RawRow row) {
        FamiliarRow familiar = reader.familiar(row);
        List<RowOutcome> outcomes = new ArrayList<>();
        RowOrigin origin = render(familiar, rendered -> outcomes.add(rendered.outcome()));
        return new RowOutcomes(origin, outcomes);
    }

    /**
     * What becomes of the row, with its texts: an element for each example it stands for.
     *
     * @throws DataException as {@link #prepare}
     */
    public List<RenderedRow> render(RawRow row) {
        List<RenderedRow> rendered = new ArrayList<>();
        render(reader.familiar(row), rendered::add);
        return rendered;
    }

    private RowOrigin render(FamiliarRow row, Consumer<RenderedRow> sink) {
        RowParts parts;
        try {
            parts = reader.read(row);
        } catch (RowRejection rejection) {
            sink.accept(RenderedRow.without(rejection.of(row.id())));
            return new RowOrigin(row.taken(), 0, 0);
        }
        if (parts.parts().isEmpty()) {
            sink.accept(RenderedRow.without(new RowOutcome.Tied(row.id())));
        }
        for (RowPart part : parts.parts()) {
            sink.accept(render(row, part));
        }
        return new RowOrigin(row.taken(), parts.tiedPairs(), parts.leftOut());
    }

    private RenderedRow render(FamiliarRow row, RowPart part) {
        String id = row.id() + part.suffix();
        try {
            Texts texts = texts(row, part.passage());
            requireText(texts);
            return new RenderedRow(
                    SpecialTokens.unmarked(texts.prompt()),
                    texts.wholes().stream().map(SpecialTokens::unmarked).toList(),
                    outcome(id, part.roles(), texts, sequences(texts, part.roles())));
        } catch (RowRejection rejection) {
            return RenderedRow.without(rejection.of(id));
        } catch (UntokenizableText e) {
            return RenderedRow.without(
                    new RowOutcome.Rejected(id, RejectionReason.TOKENIZER_ERROR, String.valueOf(e.getMessage())));
        }
    }

    private Sequences sequences(Texts texts, List<CompletionRole> roles) {
        if (!texts.turns().isEmpty()) {
            return encoder.encodeTurns(texts.wholes().get(0), texts.turns());
        }
        int trained = (int) roles.stream().filter(CompletionRole::trained).count();
        return encoder.encode(texts.prompt(), texts.wholes(), trained, texts.plain());
    }

    private Texts texts(FamiliarRow row, Passage passage) throws RowRejection {
        if (passage instanceof Passage.Plain plain) {
            Texts plainTexts = texts.of(plain);
            if (stage != TrainingStage.PRETRAIN && RowReader.system(row) != null) {
                plainTexts.notes().add(RowNote.SYSTEM_NOT_USED);
            }
            return plainTexts;
        }
        Passage.Chat chat = (Passage.Chat) passage;
        // SFT learns all of the assistant's turns; a prompt column says what is given.
        int turnsFrom = stage != TrainingStage.SFT
                ? -1
                : row.value(Columns.PROMPT) != null ? chat.prompt().size() : 0;
        return texts.of(chat, reader.tools(row), turnsFrom);
    }

    /** JSON and Parquet can both carry half a surrogate pair, which no tokenizer can take. */
    private static void requireText(Texts texts) throws RowRejection {
        for (String whole : texts.wholes()) {
            if (hasLoneSurrogate(whole)) {
                throw new RowRejection(RejectionReason.NOT_UTF8, "text has an unpaired surrogate");
            }
        }
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int at = 0; at < text.length(); at++) {
            char here = text.charAt(at);
            if (Character.isSurrogate(here)) {
                boolean pair = Character.isHighSurrogate(here)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1));
                if (!pair) {
                    return true;
                }
                at++;
            }
        }
        return false;
    }

    private RowOutcome outcome(String id, List<CompletionRole> roles, Texts texts, Sequences sequences)
            throws RowRejection {
        if (sequences instanceof Sequences.TooLong tooLong) {
            if (settings.overLength() == OverLength.RAISE) {
                throw new DataException(
                        "Cannot keep row " + VisibleText.of(id) + ": it is too long, " + tooLong.tokens()
                                + " tokens, and data.over-length = raise; raise " + limits() + ", or choose another"
                                + " data.over-length");
            }
            return new RowOutcome.TooLong(id, tooLong.tokens());
        }
        if (!(sequences instanceof Sequences.Fitting fitting)) {
            throw new RowRejection(RejectionReason.EMPTY_COMPLETION, "a completion has no token to train on");
        }
        List<Completion> completions = new ArrayList<>(fitting.tails().size());
        for (int i = 0; i < fitting.tails().size(); i++) {
            Sequences.Tail tail = fitting.tails().get(i);
            completions.add(new Completion(tail.tokens(), roles.get(i), tail.spans()));
        }
        if (stage == TrainingStage.DPO) {
            requireDifferent(completions, fitting.notes());
        }
        Set<RowNote> notes = EnumSet.noneOf(RowNote.class);
        notes.addAll(fitting.notes());
        notes.addAll(texts.notes());
        if (texts.prompt().isEmpty() && stage != TrainingStage.PRETRAIN) {
            notes.add(RowNote.EMPTY_PROMPT);
        }
        return new RowOutcome.Kept(new Example(id, fitting.prompt(), completions), notes, fitting.cutTokens());
    }

    private String limits() {
        StringBuilder limits = new StringBuilder("data.max-length (" + settings.maxLength() + ")");
        if (settings.maxPromptLength() != TextSettings.UNLIMITED) {
            limits.append(", data.max-prompt-length (")
                    .append(settings.maxPromptLength())
                    .append(')');
        }
        if (settings.maxCompletionLength() != TextSettings.UNLIMITED) {
            limits.append(", data.max-completion-length (")
                    .append(settings.maxCompletionLength())
                    .append(')');
        }
        return limits.toString();
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
