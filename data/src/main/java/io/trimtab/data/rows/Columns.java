package io.trimtab.data.rows;

import io.trimtab.data.DataException;
import io.trimtab.data.RawRow;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.VisibleText;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Trimtab's column names, TRL's where TRL has one, and the table's own names behind them. */
public record Columns(Map<String, String> names) implements Serializable {
    static final String ID = "id";
    static final String TEXT = "text";
    static final String PROMPT = "prompt";
    static final String COMPLETION = "completion";
    static final String MESSAGES = "messages";
    static final String SYSTEM = "system";
    /** What the conversation may call: a list of JSON schemas, or such a list as JSON text. */
    static final String TOOLS = "tools";

    static final String LABEL = "label";
    static final String KL_COMPLETION = "kl_completion";
    static final String CHOSEN = "chosen";
    static final String REJECTED = "rejected";
    /** Several answers to one prompt: texts with {@code scores} or {@code ranks} beside them, or objects that hold theirs. */
    static final String COMPLETIONS = "completions";

    static final String SCORES = "scores";
    static final String RANKS = "ranks";
    /** Inside an object of {@code completions}, whose text is {@code completion}. */
    static final String SCORE = "score";

    static final String RANK = "rank";

    /** Every name that can be mapped. */
    public static final List<String> NAMES = List.of(
            PROMPT,
            CHOSEN,
            REJECTED,
            COMPLETION,
            LABEL,
            MESSAGES,
            TEXT,
            KL_COMPLETION,
            COMPLETIONS,
            SCORES,
            RANKS,
            SCORE,
            RANK,
            SYSTEM,
            TOOLS,
            ID);

    public Columns {
        names = Map.copyOf(names);
        for (String name : names.keySet()) {
            if (!NAMES.contains(name)) {
                throw new DataException("Cannot map column " + name + ": data.train.columns knows only "
                        + String.join(", ", new TreeSet<>(NAMES)));
            }
        }
    }

    /** Every column that a stage looks at, required or not, in a fixed order. */
    public static Set<String> of(TrainingStage stage) {
        Set<String> columns = new TreeSet<>();
        RowShape.of(stage).forEach(shape -> columns.addAll(shape.columns()));
        Set<String> names = new LinkedHashSet<>(columns);
        names.add(ID);
        names.addAll(FamiliarRow.names(stage));
        return names;
    }

    /** Whether the table's owner says what stands for one of ours; then nothing else does. */
    boolean isMapped(String name) {
        return names.containsKey(name);
    }

    /** The table's name for one of ours. */
    public String inTable(String name) {
        return names.getOrDefault(name, name);
    }

    /** The row's value under one of our names; null where the column is absent or null. */
    @Nullable
    Object value(RawRow row, String name) {
        return row.fields().get(inTable(name));
    }

    /**
     * Refuses a table whose schema fits no shape of the stage.
     *
     * @param found the table's own column names
     * @param key of the table in the configuration
     * @throws DataException that names the columns found, the shapes and their columns, and the key that maps them
     */
    public void requireIn(Collection<String> found, TrainingStage stage, RowSettings rows, String path, String key) {
        List<RowShape> shapes = shapes(stage, rows.shape());
        if (shapes.stream().noneMatch(shape -> fits(shape, found))) {
            throw new DataException("Cannot read " + path + ": " + unfit(found, stage, rows, key));
        }
    }

    /** The shapes that a row may have, in the order in which it is tried for them. */
    static List<RowShape> shapes(TrainingStage stage, @Nullable RowShape only) {
        return only == null ? RowShape.of(stage) : List.of(only);
    }

    private boolean fits(RowShape shape, Collection<String> found) {
        return shape.needs().stream()
                        .allMatch(name -> found.contains(inTable(name))
                                || (!isMapped(name) && FamiliarRow.standsFor(name, found)))
                && (shape != RowShape.LABEL || fits(RowShape.COMPLETION, found) || fits(RowShape.MESSAGES, found));
    }

    /**
     * What is wrong with a table that fits no shape.
     *
     * @param found the table's own column names, empty where they are not known
     * @param key of the table in the configuration
     */
    public String unfit(Collection<String> found, TrainingStage stage, RowSettings rows, String key) {
        String has = found.isEmpty()
                ? "no column"
                : "the columns "
                        + new TreeSet<>(found).stream().map(VisibleText::of).collect(Collectors.joining(", "));
        List<String> known = new ArrayList<>();
        for (RowShape shape : shapes(stage, rows.shape())) {
            known.add(shape.key() + " (" + described(shape) + ")");
        }
        String shapes = rows.shape() == null
                ? "which fit no shape of stage " + stage.key() + ": "
                : "which do not fit " + key + ".shape: ";
        return "it has " + has + ", " + shapes + String.join("; ", known) + "; " + remedy(found, stage, rows, key);
    }

    /** The rows of an ability test have Trimtab's own names. */
    private String remedy(Collection<String> found, TrainingStage stage, RowSettings rows, String key) {
        if (key.startsWith("evaluation.tests")) {
            return "set another " + key + ".path or kind";
        }
        String lacking = shapes(stage, rows.shape()).get(0).needs().stream()
                .filter(name -> !found.contains(inTable(name)))
                .findFirst()
                .orElse(PROMPT);
        return "map yours with " + key + ".columns { " + lacking + " = … }";
    }

    /** Under the table's names: {@code prompt, better (chosen), rejected}. */
    private String described(RowShape shape) {
        return switch (shape) {
            case TEXT -> shown(TEXT);
            case COMPLETION -> shown(PROMPT) + ", " + shown(COMPLETION);
            case MESSAGES -> shown(MESSAGES);
            case PAIR -> shown(PROMPT) + ", " + shown(CHOSEN) + ", " + shown(REJECTED);
            case LABEL -> shown(PROMPT) + ", " + shown(COMPLETION) + " or " + shown(MESSAGES) + ", and " + shown(LABEL);
            case SCORES ->
                shown(PROMPT) + ", " + shown(COMPLETIONS) + " that hold " + shown(COMPLETION) + " and " + shown(SCORE)
                        + " or " + shown(RANK) + " each, or have " + shown(SCORES) + " or " + shown(RANKS)
                        + " beside them";
        };
    }

    private String shown(String name) {
        String mapped = inTable(name);
        return mapped.equals(name) ? name : mapped + " (" + name + ")";
    }
}
