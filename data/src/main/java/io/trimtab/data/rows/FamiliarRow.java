package io.trimtab.data.rows;

import io.trimtab.data.RawRow;
import io.trimtab.data.TrainingStage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A row of a known shape, told in Trimtab's names: those of LLaMA-Factory, Axolotl, Alpaca, UltraFeedback and others are translated, with
 * {@code from/value} messages and earlier turns beside the prompt.
 *
 * <p>An instruction or a question is a user's message, as in those trainers, and goes through the chat template; a {@code prompt} that is
 * text stays text, byte for byte. A column of Trimtab's name always comes first; where one is mapped, no other is looked at, so that a
 * row without it never takes another column's text.
 */
final class FamiliarRow {
    /** What another trainer calls it, most telling first; Axolotl's argilla, intel and icr rows, Alpaca's, GSM8K's. */
    private static final List<String> PROMPTS = List.of("instruction", "question", "input");

    private static final List<String> ANSWERS = List.of("output", "response", "answer");
    private static final String CONVERSATIONS = "conversations";
    private static final String HISTORY = "history";

    /** Other names of one of ours; distilabel's and RLHFlow's lists of answers, Nectar's ranked ones. */
    private static final Map<String, List<String>> OTHERS = Map.of(
            Columns.CHOSEN, List.of("chosen_response"),
            Columns.REJECTED, List.of("rejected_response"),
            Columns.LABEL, List.of("kto_tag"),
            Columns.MESSAGES, List.of(CONVERSATIONS),
            Columns.COMPLETION, ANSWERS,
            Columns.COMPLETIONS, List.of("responses", "generations", "answers", "candidates"),
            Columns.SCORES, List.of("ratings", "rewards"));

    private static final int SHOWN_COLUMNS = 40;

    private final Columns columns;
    private final String id;
    private final @Nullable RowShape shape;
    private final Map<String, @Nullable Object> fields;
    /** Where one of our names was not the row's own. */
    private final Map<String, List<String>> sources = new LinkedHashMap<>();

    private FamiliarRow(Columns columns, RawRow row, @Nullable RowShape shape) {
        this.columns = columns;
        this.id = row.id();
        this.shape = shape;
        this.fields = new LinkedHashMap<>(row.fields());
    }

    /** The other names that a stage looks at, beside its own. */
    static Set<String> names(TrainingStage stage) {
        if (stage == TrainingStage.PRETRAIN) {
            return Set.of();
        }
        Set<String> names = new TreeSet<>(PROMPTS);
        names.add(HISTORY);
        names.add(CONVERSATIONS);
        for (RowShape shape : RowShape.of(stage)) {
            shape.columns().forEach(name -> names.addAll(OTHERS.getOrDefault(name, List.of())));
        }
        if (RowShape.of(stage).contains(RowShape.PAIR)) {
            names.add(Columns.MESSAGES); // the prompt of Axolotl's pairs
        }
        return names;
    }

    /** Names of columns that never hold text. */
    static Set<String> lists() {
        Set<String> lists = new TreeSet<>(List.of(HISTORY, Columns.RANKS));
        for (String name : List.of(Columns.MESSAGES, Columns.COMPLETIONS, Columns.SCORES)) {
            lists.add(name);
            lists.addAll(OTHERS.getOrDefault(name, List.of()));
        }
        return lists;
    }

    /** Whether a table with these columns has what stands for one of ours. */
    static boolean standsFor(String name, Collection<String> found) {
        return OTHERS.getOrDefault(name, List.of()).stream().anyMatch(found::contains);
    }

    /**
     * The row in the first of the shapes that it has.
     *
     * @param shapes in the order in which they are tried
     */
    static FamiliarRow of(RawRow row, List<RowShape> shapes, Columns columns) {
        FamiliarRow familiar = new FamiliarRow(columns, row, shape(row, shapes, columns));
        familiar.tell();
        return familiar;
    }

    private static @Nullable RowShape shape(RawRow row, List<RowShape> shapes, Columns columns) {
        for (RowShape shape : shapes) {
            boolean fits = shape.needs().stream().allMatch(name -> first(row.fields(), name, columns) != null);
            // A conversation comes before what other trainers call an answer, an own completion before both.
            boolean better = shape == RowShape.COMPLETION
                    && shapes.contains(RowShape.MESSAGES)
                    && columns.value(row, Columns.COMPLETION) == null
                    && first(row.fields(), Columns.MESSAGES, columns) != null;
            if (fits && !better) {
                return shape;
            }
        }
        return null;
    }

    String id() {
        return id;
    }

    /** Null where the row has none of the shapes that it was tried for. */
    @Nullable
    RowShape shape() {
        return shape;
    }

    /** The value under one of our names; null where it is absent or null. */
    @Nullable
    Object value(String ours) {
        return fields.get(columns.inTable(ours));
    }

    /** What the row was taken for, for the report. */
    TakenShape taken() {
        if (shape == null) {
            return TakenShape.unknown(new TreeSet<>(fields.keySet())
                    .stream()
                            .limit(SHOWN_COLUMNS)
                            .map(name -> fields.get(name) == null ? name + " (null)" : name)
                            .toList());
        }
        Set<String> used = new LinkedHashSet<>();
        for (String name : shape.columns()) {
            if (!lacks(name)) {
                used.addAll(sources.getOrDefault(name, List.of(columns.inTable(name))));
            }
        }
        return new TakenShape(shape.key(), form(shape), List.copyOf(used));
    }

    private String form(RowShape shape) {
        Object prompt = value(Columns.PROMPT);
        boolean conversation = shape == RowShape.MESSAGES || (shape == RowShape.LABEL && !lacks(Columns.MESSAGES));
        if (conversation || RowReader.isMessages(prompt) || RowReader.isMessages(firstAnswer(shape))) {
            return "messages";
        }
        return shape == RowShape.TEXT || prompt != null ? "strings" : "transcripts";
    }

    private void tell() {
        if (shape == null || shape == RowShape.TEXT) {
            return;
        }
        boolean whole = isWhole(firstAnswer(shape));
        fields.replaceAll((name, value) -> Speakers.messages(value));
        switch (shape) {
            case COMPLETION -> fields.remove(columns.inTable(Columns.MESSAGES));
            case MESSAGES -> fields.remove(columns.inTable(Columns.COMPLETION));
            case LABEL -> {
                rename(Columns.MESSAGES);
                if (!lacks(Columns.COMPLETION)) {
                    fields.remove(columns.inTable(Columns.MESSAGES));
                }
            }
            case PAIR, SCORES -> {
                if (!whole && lacks(Columns.PROMPT)) {
                    rename(Columns.PROMPT, List.of(CONVERSATIONS, Columns.MESSAGES));
                }
            }
            case TEXT -> throw new IllegalStateException("A text has one name");
        }
        for (String name : shape.columns()) {
            // A conversation holds its answer, whatever else the row calls one.
            if (!name.equals(Columns.COMPLETION) || lacks(Columns.MESSAGES)) {
                rename(name);
            }
        }
        boolean open = lacks(Columns.PROMPT) && !columns.isMapped(Columns.PROMPT);
        if (!whole && open && (shape.isPreference() || lacks(Columns.MESSAGES))) {
            instruction();
        }
    }

    /** Alpaca's form: instruction, an input below it, earlier turns before it. */
    private void instruction() {
        String name = PROMPTS.stream()
                .filter(known -> text(known) != null)
                .findFirst()
                .orElse(null);
        if (name == null) {
            return;
        }
        String input = name.equals("instruction") ? text("input") : null;
        List<Object> turns = new ArrayList<>();
        List<String> used = new ArrayList<>();
        if (fields.get(HISTORY) instanceof List<?> history) {
            for (Object exchange : history) {
                if (!(exchange instanceof List<?> pair) || pair.size() != 2) {
                    return; // the row then lacks a prompt, and says so
                }
                turns.add(Speakers.message("user", pair.get(0)));
                turns.add(Speakers.message("assistant", pair.get(1)));
            }
            used.add(HISTORY);
        }
        used.add(name);
        if (input != null) {
            used.add("input");
        }
        turns.add(Speakers.message("user", input == null ? text(name) : text(name) + "\n" + input));
        fields.put(columns.inTable(Columns.PROMPT), turns);
        sources.put(Columns.PROMPT, used);
    }

    /** The answer that shows whether the row's prompt stands in it. */
    private @Nullable Object firstAnswer(RowShape shape) {
        return switch (shape) {
            case TEXT, MESSAGES -> null;
            case COMPLETION, LABEL -> value(Columns.COMPLETION);
            case PAIR -> first(fields, Columns.CHOSEN, columns);
            case SCORES ->
                first(fields, Columns.COMPLETIONS, columns) instanceof List<?> answers && !answers.isEmpty()
                        ? ScoredAnswers.answer(answers.get(0), columns)
                        : null;
        };
    }

    /** Carries its prompt inside: a conversation that does not begin with an answer, or a transcript. */
    private static boolean isWhole(@Nullable Object answer) {
        Object told = Speakers.messages(answer);
        if (told instanceof String text) {
            return text.startsWith("\n\nHuman:");
        }
        return told instanceof List<?> list
                && !list.isEmpty()
                && list.get(0) instanceof Map<?, ?> first
                && !"assistant".equals(first.get("role"));
    }

    private void rename(String ours) {
        rename(ours, OTHERS.getOrDefault(ours, List.of()));
    }

    private void rename(String ours, List<String> others) {
        if (!lacks(ours) || columns.isMapped(ours)) {
            return;
        }
        for (String name : others) {
            if (fields.get(name) != null) {
                fields.put(columns.inTable(ours), fields.get(name));
                sources.put(ours, List.of(name));
                return;
            }
        }
    }

    /** Whether the row has one of our names, or another for it. */
    boolean has(String ours) {
        return first(fields, ours, columns) != null;
    }

    private static @Nullable Object first(Map<String, @Nullable Object> fields, String ours, Columns columns) {
        Object value = fields.get(columns.inTable(ours));
        if (value == null && !columns.isMapped(ours)) {
            for (String name : OTHERS.getOrDefault(ours, List.of())) {
                value = value == null ? fields.get(name) : value;
            }
        }
        return value;
    }

    private boolean lacks(String ours) {
        return value(ours) == null;
    }

    /** Text that says something, under the other trainer's name; null otherwise. */
    private @Nullable String text(String name) {
        return fields.get(name) instanceof String text && !text.isBlank() ? text : null;
    }
}
