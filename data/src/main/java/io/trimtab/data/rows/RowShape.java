package io.trimtab.data.rows;

import io.trimtab.data.TrainingStage;
import java.util.List;
import java.util.Locale;

/** What a row is made of; {@code data.train.shape} insists on one. The names are part of data-report.json. */
public enum RowShape {
    /** A text to go on from. */
    TEXT,
    /** A prompt and an answer to learn. */
    COMPLETION,
    /** A conversation whose answers are learned. */
    MESSAGES,
    /** An answer that was preferred to another. */
    PAIR,
    /** An answer that was liked or not. */
    LABEL,
    /** Several answers to one prompt, each with a score or a rank. */
    SCORES;

    /** The shapes that a stage takes, in the order in which a row is tried for them. */
    public static List<RowShape> of(TrainingStage stage) {
        return switch (stage) {
            case PRETRAIN -> List.of(TEXT);
            case SFT -> List.of(COMPLETION, MESSAGES);
            case DPO -> List.of(PAIR, SCORES);
            case KTO -> List.of(LABEL, PAIR, SCORES);
        };
    }

    /** Name in configuration, reports and messages. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its answers stand beside each other, behind one prompt. */
    boolean isPreference() {
        return this == PAIR || this == SCORES;
    }

    /** Trimtab's names of what a row of this shape cannot do without. */
    List<String> needs() {
        return switch (this) {
            case TEXT -> List.of(Columns.TEXT);
            case COMPLETION -> List.of(Columns.COMPLETION);
            case MESSAGES -> List.of(Columns.MESSAGES);
            case PAIR -> List.of(Columns.CHOSEN, Columns.REJECTED);
            case LABEL -> List.of(Columns.LABEL);
            case SCORES -> List.of(Columns.COMPLETIONS);
        };
    }

    /** Everything that a row of this shape may have, in the order in which it is told. */
    List<String> columns() {
        return switch (this) {
            case TEXT -> List.of(Columns.TEXT);
            case COMPLETION -> List.of(Columns.SYSTEM, Columns.PROMPT, Columns.COMPLETION, Columns.TOOLS);
            case MESSAGES -> List.of(Columns.SYSTEM, Columns.PROMPT, Columns.MESSAGES, Columns.TOOLS);
            case PAIR -> List.of(Columns.SYSTEM, Columns.PROMPT, Columns.CHOSEN, Columns.REJECTED, Columns.TOOLS);
            case LABEL ->
                List.of(
                        Columns.SYSTEM,
                        Columns.PROMPT,
                        Columns.COMPLETION,
                        Columns.MESSAGES,
                        Columns.LABEL,
                        Columns.KL_COMPLETION,
                        Columns.TOOLS);
            case SCORES ->
                List.of(
                        Columns.SYSTEM,
                        Columns.PROMPT,
                        Columns.COMPLETIONS,
                        Columns.SCORES,
                        Columns.RANKS,
                        Columns.TOOLS);
        };
    }
}
