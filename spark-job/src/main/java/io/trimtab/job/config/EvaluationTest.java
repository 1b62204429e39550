package io.trimtab.job.config;

import java.io.Serializable;

/** One ability test: its name in evaluation.json, how answers are judged, and the JSON Lines file of its rows. */
public record EvaluationTest(String name, Kind kind, String path) implements Serializable {

    /** How a model's answer becomes a number. */
    public enum Kind {
        /** Share of rows whose every completion token is the most probable one, given those before it. */
        EXACT_MATCH,
        /** Share of rows whose right choice has the highest log-prob. */
        MULTIPLE_CHOICE,
        /** Mean log-prob of the completions. */
        LOG_PROB
    }
}
