package io.trimtab.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows as LLaMA-Factory, Axolotl and Alpaca write them, told in TRL's words: other names for prompt and answers, {@code from/value}
 * messages, a system text and earlier turns beside the prompt.
 *
 * <p>Such a prompt is a user's message, as in those trainers, and goes through the chat template; a {@code prompt} that is text stays
 * text, byte for byte. A column of TRL's name, or one that is mapped, always comes first.
 */
final class FamiliarRow {
    /** What another trainer calls it, most telling first; Axolotl's argilla, intel and icr rows, Alpaca's, GSM8K's. */
    private static final List<String> PROMPTS = List.of("instruction", "question", "input");

    private static final List<String> ANSWERS = List.of("output", "response", "answer");
    private static final String CONVERSATIONS = "conversations";
    private static final String SYSTEM = "system";
    private static final String HISTORY = "history";
    private static final String KTO_TAG = "kto_tag";
    private static final String CHOSEN_RESPONSE = "chosen_response";
    private static final String REJECTED_RESPONSE = "rejected_response";

    /** ShareGPT's speakers. */
    private static final Map<String, String> ROLES = Map.of(
            "human", "user",
            "gpt", "assistant",
            "chatgpt", "assistant",
            "bing", "assistant",
            "bard", "assistant",
            "observation", "tool",
            "function_response", "tool");

    private final Columns columns;
    private final RawRow row;
    private final Map<String, @Nullable Object> fields;

    private FamiliarRow(Columns columns, RawRow row) {
        this.columns = columns;
        this.row = row;
        this.fields = new LinkedHashMap<>(row.fields());
    }

    /** The other names that a stage looks at, beside its own. */
    static Set<String> names(TrainingStage stage) {
        return switch (stage) {
            case PRETRAIN -> Set.of();
            case SFT ->
                Set.of(
                        "instruction",
                        "question",
                        "input",
                        "output",
                        "response",
                        "answer",
                        CONVERSATIONS,
                        SYSTEM,
                        HISTORY);
            case DPO ->
                Set.of(
                        "instruction",
                        "question",
                        "input",
                        CONVERSATIONS,
                        Columns.MESSAGES,
                        SYSTEM,
                        HISTORY,
                        CHOSEN_RESPONSE,
                        REJECTED_RESPONSE);
            case KTO ->
                Set.of(
                        "instruction",
                        "question",
                        "input",
                        "output",
                        "response",
                        "answer",
                        CONVERSATIONS,
                        SYSTEM,
                        HISTORY,
                        KTO_TAG);
        };
    }

    /** Whether a table with these columns has what stands for one of ours. */
    static boolean standsFor(String name, Collection<String> found) {
        return switch (name) {
            case Columns.CHOSEN -> found.contains(CHOSEN_RESPONSE);
            case Columns.REJECTED -> found.contains(REJECTED_RESPONSE);
            case Columns.COMPLETION ->
                found.contains(CONVERSATIONS) || ANSWERS.stream().anyMatch(found::contains);
            case Columns.LABEL -> found.contains(KTO_TAG);
            default -> false;
        };
    }

    /** The row with what it says under TRL's names; a row that has them is returned as it is. */
    static RawRow of(RawRow row, TrainingStage stage, Columns columns) {
        return stage == TrainingStage.PRETRAIN ? row : new FamiliarRow(columns, row).told(stage);
    }

    private RawRow told(TrainingStage stage) {
        fields.replaceAll((name, value) -> messages(value));
        if (stage == TrainingStage.DPO) {
            rename(Columns.CHOSEN, CHOSEN_RESPONSE);
            rename(Columns.REJECTED, REJECTED_RESPONSE);
            if (!isWhole(field(Columns.CHOSEN))) {
                rename(Columns.PROMPT, CONVERSATIONS, Columns.MESSAGES);
            }
        } else {
            rename(Columns.MESSAGES, CONVERSATIONS);
            rename(Columns.LABEL, KTO_TAG);
        }
        boolean answersOnly = !isWhole(field(Columns.CHOSEN)) && !isWhole(field(Columns.COMPLETION));
        if (lacks(Columns.PROMPT) && (stage == TrainingStage.DPO || lacks(Columns.MESSAGES)) && answersOnly) {
            instruction(stage);
        } else if (stage != TrainingStage.DPO && lacks(Columns.MESSAGES)) {
            rename(Columns.COMPLETION, ANSWERS.toArray(String[]::new));
        }
        String turns = lacks(Columns.PROMPT) ? Columns.MESSAGES : Columns.PROMPT;
        if (field(turns) instanceof List<?> list && text(SYSTEM) != null && !startsWithSystem(list)) {
            List<Object> all = new ArrayList<>(List.of(message(SYSTEM, text(SYSTEM))));
            all.addAll(list);
            fields.put(columns.inTable(turns), all);
        }
        return fields.equals(row.fields()) ? row : new RawRow(row.id(), fields);
    }

    /** Alpaca's form: instruction, an input below it, earlier turns before it. */
    private void instruction(TrainingStage stage) {
        String name = PROMPTS.stream()
                .filter(known -> text(known) != null)
                .findFirst()
                .orElse(null);
        boolean answered = stage == TrainingStage.DPO
                ? !lacks(Columns.CHOSEN) && !lacks(Columns.REJECTED)
                : !lacks(Columns.COMPLETION) || ANSWERS.stream().anyMatch(known -> text(known) != null);
        if (name == null || !answered) {
            return;
        }
        String input = name.equals("instruction") ? text("input") : null;
        List<Object> turns = new ArrayList<>();
        if (fields.get(HISTORY) instanceof List<?> history) {
            for (Object exchange : history) {
                if (!(exchange instanceof List<?> pair) || pair.size() != 2) {
                    return; // the row then lacks a prompt, and says so
                }
                turns.add(message("user", pair.get(0)));
                turns.add(message("assistant", pair.get(1)));
            }
        }
        turns.add(message("user", input == null ? text(name) : text(name) + "\n" + input));
        fields.put(columns.inTable(Columns.PROMPT), turns);
        if (stage != TrainingStage.DPO) {
            rename(Columns.COMPLETION, ANSWERS.toArray(String[]::new));
        }
    }

    /** Carries its prompt inside: a conversation that does not begin with an answer, or a transcript. */
    private static boolean isWhole(@Nullable Object answer) {
        if (answer instanceof String text) {
            return text.startsWith("\n\nHuman:");
        }
        return answer instanceof List<?> list
                && !list.isEmpty()
                && list.get(0) instanceof Map<?, ?> first
                && !"assistant".equals(first.get("role"));
    }

    private void rename(String ours, String... theirs) {
        for (String name : theirs) {
            if (lacks(ours) && fields.get(name) != null) {
                fields.put(columns.inTable(ours), fields.get(name));
            }
        }
    }

    private boolean lacks(String ours) {
        return field(ours) == null;
    }

    private @Nullable Object field(String ours) {
        return fields.get(columns.inTable(ours));
    }

    /** Text that says something, under the other trainer's name; null otherwise. */
    private @Nullable String text(String name) {
        return fields.get(name) instanceof String text && !text.isBlank() ? text : null;
    }

    private static boolean startsWithSystem(List<?> turns) {
        return !turns.isEmpty() && turns.get(0) instanceof Map<?, ?> first && SYSTEM.equals(first.get("role"));
    }

    private static Map<String, @Nullable Object> message(String role, @Nullable Object content) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    private static @Nullable Object messages(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return message(map);
        }
        return value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)
                ? new ArrayList<Object>(list.stream()
                        .map(element -> element instanceof Map<?, ?> map ? message(map) : element)
                        .toList())
                : value;
    }

    /** A message of {@code from} and {@code value} by role and content; any other stays. */
    private static Map<?, ?> message(Map<?, ?> map) {
        if (map.get("role") != null || !(map.get("from") instanceof String from) || !map.containsKey("value")) {
            return map;
        }
        Map<Object, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", ROLES.getOrDefault(from.toLowerCase(Locale.ROOT), from));
        message.put("content", map.get("value"));
        map.forEach((key, value) -> {
            if (!"from".equals(key) && !"value".equals(key) && !"role".equals(key) && !"content".equals(key)) {
                message.put(key, value);
            }
        });
        return message;
    }
}
