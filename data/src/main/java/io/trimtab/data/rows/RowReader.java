package io.trimtab.data.rows;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.chat.Conversation;
import io.trimtab.data.chat.Tools;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises the shape of a row, and reads the examples that it stands for. */
final class RowReader {
    private final TrainingStage stage;
    private final Columns columns;
    private final List<RowShape> shapes;
    private final ScoredPairs scored;

    RowReader(TrainingStage stage, Columns columns, RowSettings settings) {
        this.stage = stage;
        this.columns = columns;
        this.shapes = Columns.shapes(stage, settings.shape());
        this.scored = new ScoredPairs(settings, stage);
    }

    /** The row under Trimtab's names, which the other methods want. */
    FamiliarRow familiar(RawRow row) {
        return FamiliarRow.of(row, shapes, columns);
    }

    /** The examples that the row stands for. */
    RowParts read(FamiliarRow row) throws RowRejection {
        RowShape shape = row.shape();
        if (shape == null) {
            throw missing(row);
        }
        return switch (shape) {
            case TEXT -> target(new Passage.Plain("", List.of(text(row))));
            case COMPLETION -> target(shaped(row, required(row, Columns.COMPLETION)));
            case MESSAGES -> target(shaped(null, row, required(row, Columns.MESSAGES)));
            case LABEL -> labelled(row);
            case PAIR -> pair(shaped(row, required(row, Columns.CHOSEN, Columns.REJECTED)));
            case SCORES -> scores(row);
        };
    }

    /** What the first shape needs and the row lacks. */
    private RowRejection missing(FamiliarRow row) {
        String lacking = shapes.get(0).needs().stream()
                .filter(name -> !row.has(name))
                .findFirst()
                .orElseThrow();
        return new RowRejection(RejectionReason.MISSING_COLUMN, columns.inTable(lacking) + " is absent or null");
    }

    private static RowParts target(Passage passage) {
        return RowParts.of(new RowPart("", passage, List.of(CompletionRole.TARGET)));
    }

    private RowParts pair(Passage passage) throws RowRejection {
        if (stage == TrainingStage.DPO) {
            return RowParts.of(new RowPart("", passage, List.of(CompletionRole.CHOSEN, CompletionRole.REJECTED)));
        }
        Passage chosen = passage.only(0);
        Passage rejected = passage.only(1);
        if (chosen.equals(rejected)) {
            throw new RowRejection(RejectionReason.IDENTICAL_COMPLETIONS, "chosen and rejected are the same");
        }
        return RowParts.of(
                new RowPart("#chosen", chosen, List.of(CompletionRole.DESIRABLE)),
                new RowPart("#rejected", rejected, List.of(CompletionRole.UNDESIRABLE)));
    }

    private RowParts labelled(FamiliarRow row) throws RowRejection {
        boolean given = row.value(Columns.KL_COMPLETION) != null;
        boolean whole = row.value(Columns.MESSAGES) != null && row.value(Columns.COMPLETION) == null;
        String answer = whole ? Columns.MESSAGES : Columns.COMPLETION;
        List<Object> values = given ? required(row, answer, Columns.KL_COMPLETION) : required(row, answer);
        Passage passage = whole ? shaped(null, row, values) : shaped(row, values);
        CompletionRole role = label(row) ? CompletionRole.DESIRABLE : CompletionRole.UNDESIRABLE;
        return RowParts.of(new RowPart("", passage, given ? List.of(role, CompletionRole.MISMATCHED) : List.of(role)));
    }

    private RowParts scores(FamiliarRow row) throws RowRejection {
        ScoredAnswers answers = ScoredAnswers.of(row, columns);
        scored.requireEnough(answers);
        return scored.parts(answers, shaped(row, answers.answers()));
    }

    private String text(FamiliarRow row) throws RowRejection {
        if (!(required(row, Columns.TEXT).get(0) instanceof String text)) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, columns.inTable(Columns.TEXT) + " is not text");
        }
        if (text.isBlank()) {
            throw new RowRejection(RejectionReason.EMPTY_TEXT, columns.inTable(Columns.TEXT) + " is empty");
        }
        return text;
    }

    private List<Object> required(FamiliarRow row, String... names) throws RowRejection {
        List<Object> values = new ArrayList<>(names.length);
        for (String name : names) {
            Object value = row.value(name);
            if (value == null) {
                throw new RowRejection(RejectionReason.MISSING_COLUMN, columns.inTable(name) + " is absent or null");
            }
            values.add(value);
        }
        return values;
    }

    private Passage shaped(FamiliarRow row, List<Object> values) throws RowRejection {
        return shaped(row.value(Columns.PROMPT), row, values);
    }

    private Passage shaped(@Nullable Object prompt, FamiliarRow row, List<Object> values) throws RowRejection {
        Passage passage = passage(prompt, values);
        return passage instanceof Passage.Chat chat ? withSystem(chat, row) : passage;
    }

    private static Passage passage(@Nullable Object prompt, List<Object> values) throws RowRejection {
        if (isMessages(prompt) || values.stream().anyMatch(RowReader::isMessages)) {
            return ChatShape.read(prompt, values);
        }
        List<String> texts = new ArrayList<>(values.size());
        for (Object value : values) {
            if (!(value instanceof String text)) {
                throw new RowRejection(RejectionReason.WRONG_TYPE, "a completion is neither text nor messages");
            }
            texts.add(text);
        }
        if (prompt == null) {
            return Transcripts.read(texts);
        }
        if (!(prompt instanceof String text)) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, "prompt is neither text nor messages");
        }
        return new Passage.Plain(text, texts);
    }

    static boolean isMessages(@Nullable Object value) {
        return value instanceof List || value instanceof Map;
    }

    /** The row's system text stands in front, unless the conversation has one of its own. */
    private static Passage withSystem(Passage.Chat chat, FamiliarRow row) {
        String system = system(row);
        return system == null || chat.prompt().startsWithSystem()
                ? chat
                : new Passage.Chat(Conversation.of(Columns.SYSTEM, system).then(chat.prompt()), chat.completions());
    }

    /** What the row says to the model before everything; null where it says nothing. */
    static @Nullable String system(FamiliarRow row) {
        return row.value(Columns.SYSTEM) instanceof String text && !text.isBlank() ? text : null;
    }

    Tools tools(FamiliarRow row) throws RowRejection {
        try {
            return Tools.parse(row.value(Columns.TOOLS));
        } catch (IllegalArgumentException e) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, String.valueOf(e.getMessage()));
        }
    }

    /** The label of a KTO row: true is desirable. */
    boolean label(FamiliarRow row) throws RowRejection {
        Object label = required(row, Columns.LABEL).get(0);
        if (label instanceof Boolean flag) {
            return flag;
        }
        if (label instanceof Number number && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
            return number.doubleValue() == 1;
        }
        if (label instanceof String word) { // what CSV has for both
            switch (word.toLowerCase(Locale.ROOT)) {
                case "true", "1", "1.0" -> {
                    return true;
                }
                case "false", "0", "0.0" -> {
                    return false;
                }
                default -> {}
            }
        }
        throw new RowRejection(
                RejectionReason.BAD_LABEL, columns.inTable(Columns.LABEL) + " is neither true, false, 0 nor 1");
    }
}
