package io.trimtab.data;

import io.trimtab.data.chat.Tools;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises the shape of a row: strings, messages or a transcript; with or without a prompt of its own. */
final class RowReader {
    private final TrainingStage stage;
    private final Columns columns;

    RowReader(TrainingStage stage, Columns columns) {
        this.stage = stage;
        this.columns = columns;
    }

    /** The row under TRL's names, which the other methods want. */
    RawRow familiar(RawRow row) {
        return FamiliarRow.of(row, stage, columns);
    }

    Passage read(RawRow row) throws RowRejection {
        return switch (stage) {
            case PRETRAIN -> new Passage.Plain("", List.of(text(row)));
            case SFT -> answered(row, List.of(Columns.COMPLETION));
            case DPO -> shaped(columns.value(row, Columns.PROMPT), required(row, Columns.CHOSEN, Columns.REJECTED));
            case KTO ->
                columns.value(row, Columns.KL_COMPLETION) == null
                        ? answered(row, List.of(Columns.COMPLETION))
                        : answered(row, List.of(Columns.COMPLETION, Columns.KL_COMPLETION));
        };
    }

    private String text(RawRow row) throws RowRejection {
        if (!(required(row, Columns.TEXT).get(0) instanceof String text)) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, columns.inTable(Columns.TEXT) + " is not text");
        }
        if (text.isBlank()) {
            throw new RowRejection(RejectionReason.EMPTY_TEXT, columns.inTable(Columns.TEXT) + " is empty");
        }
        return text;
    }

    /** {@code messages} stands for prompt and completion where the row has no completion. */
    private Passage answered(RawRow row, List<String> names) throws RowRejection {
        Object messages = columns.value(row, Columns.MESSAGES);
        if (messages == null || columns.value(row, Columns.COMPLETION) != null) {
            return shaped(columns.value(row, Columns.PROMPT), required(row, names.toArray(String[]::new)));
        }
        List<Object> values = new ArrayList<>(List.of(messages));
        for (String name : names.subList(1, names.size())) {
            values.addAll(required(row, name));
        }
        return shaped(null, values);
    }

    private List<Object> required(RawRow row, String... names) throws RowRejection {
        List<Object> values = new ArrayList<>(names.length);
        for (String name : names) {
            Object value = columns.value(row, name);
            if (value == null) {
                throw new RowRejection(RejectionReason.MISSING_COLUMN, columns.inTable(name) + " is absent or null");
            }
            values.add(value);
        }
        return values;
    }

    private static Passage shaped(@Nullable Object prompt, List<Object> values) throws RowRejection {
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

    /** Whether the row has its prompt in a column of its own. */
    boolean hasPrompt(RawRow row) {
        return columns.value(row, Columns.PROMPT) != null;
    }

    Tools tools(RawRow row) throws RowRejection {
        try {
            return Tools.parse(columns.value(row, Columns.TOOLS));
        } catch (IllegalArgumentException e) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, String.valueOf(e.getMessage()));
        }
    }

    /** The label of a KTO row: true is desirable. */
    boolean label(RawRow row) throws RowRejection {
        Object label = required(row, Columns.LABEL).get(0);
        if (label instanceof Boolean flag) {
            return flag;
        }
        if (label instanceof Number number && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
            return number.doubleValue() == 1;
        }
        if (label instanceof String word && (word.equalsIgnoreCase("true") || word.equalsIgnoreCase("false"))) {
            return word.equalsIgnoreCase("true");
        }
        if ("0".equals(label) || "1".equals(label)) { // what CSV has for numbers
            return "1".equals(label);
        }
        throw new RowRejection(
                RejectionReason.BAD_LABEL, columns.inTable(Columns.LABEL) + " is neither true, false, 0 nor 1");
    }
}
