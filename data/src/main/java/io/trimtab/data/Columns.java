package io.trimtab.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Trimtab's column names, TRL's, and the table's own names behind them. */
public record Columns(Map<String, String> names) implements Serializable {
    static final String ID = "id";
    static final String TEXT = "text";
    static final String PROMPT = "prompt";
    static final String COMPLETION = "completion";
    static final String MESSAGES = "messages";
    /** What the conversation may call: a list of JSON schemas, or such a list as JSON text. */
    static final String TOOLS = "tools";

    static final String LABEL = "label";
    static final String KL_COMPLETION = "kl_completion";
    static final String CHOSEN = "chosen";
    static final String REJECTED = "rejected";

    public Columns {
        names = Map.copyOf(names);
        Set<String> known = new TreeSet<>();
        for (TrainingStage stage : TrainingStage.values()) {
            known.addAll(stageColumns(stage));
            known.add(ID);
        }
        for (String name : names.keySet()) {
            if (!known.contains(name)) {
                throw new DataException(
                        "Cannot map column " + name + ": data.train.columns knows only " + String.join(", ", known));
            }
        }
    }

    /** Every column that a stage looks at, required or not, in a fixed order. */
    public static Set<String> of(TrainingStage stage) {
        Set<String> names = new LinkedHashSet<>(stageColumns(stage));
        names.add(ID);
        names.addAll(FamiliarRow.names(stage));
        return names;
    }

    private static Collection<String> stageColumns(TrainingStage stage) {
        return switch (stage) {
            case PRETRAIN -> Set.of(TEXT);
            case SFT -> new TreeSet<>(Set.of(PROMPT, COMPLETION, MESSAGES, TOOLS));
            case DPO -> new TreeSet<>(Set.of(PROMPT, CHOSEN, REJECTED, TOOLS));
            case KTO -> new TreeSet<>(Set.of(PROMPT, COMPLETION, MESSAGES, LABEL, KL_COMPLETION, TOOLS));
        };
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
     * Refuses a table whose schema lacks what the stage cannot do without.
     *
     * @param found the table's own column names
     * @throws DataException that names the missing columns, those found, and the key that maps them
     */
    public void requireIn(Collection<String> found, TrainingStage stage, String path) {
        Set<String> missing = new TreeSet<>();
        for (String name : required(found, stage)) {
            if (!found.contains(inTable(name)) && !FamiliarRow.standsFor(name, found)) {
                missing.add(inTable(name));
            }
        }
        if (!missing.isEmpty()) {
            throw new DataException("Cannot read " + path + " for stage " + stage.key() + ": it has no column "
                    + String.join(", ", missing) + ", only " + String.join(", ", new TreeSet<>(found))
                    + "; map yours with data.train.columns { "
                    + missing.iterator().next() + " = … }");
        }
    }

    /** What a stage cannot do without, under the table's names: {@code better (chosen), rejected}. */
    String described(TrainingStage stage) {
        List<String> words = new ArrayList<>();
        for (String name : new TreeSet<>(required(List.of(), stage))) {
            String mapped = inTable(name);
            words.add(mapped.equals(name) ? name : mapped + " (" + name + ")");
        }
        return String.join(", ", words);
    }

    /** The prompt is not among them: transcripts and whole conversations carry it inside. */
    private Set<String> required(Collection<String> found, TrainingStage stage) {
        String answer = found.contains(inTable(MESSAGES)) ? MESSAGES : COMPLETION;
        return switch (stage) {
            case PRETRAIN -> Set.of(TEXT);
            case SFT -> Set.of(answer);
            case DPO -> Set.of(CHOSEN, REJECTED);
            case KTO -> Set.of(answer, LABEL);
        };
    }
}
