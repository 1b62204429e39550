package io.trimtab.job.quickstart;

import io.trimtab.job.report.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The outcome for a terminal: models below each other, then what can be read from the figures. Every sentence is computed. */
final class ResultTable {
    private static final List<String> TESTS = List.of("reward", "ability", "strict", "raw", "valid");

    private ResultTable() {}

    /** A policy's row. */
    record Row(String name, String description, Evaluation evaluation) {
        double gained(String test) {
            return value("policy", test) - value("sft", test);
        }

        private double value(String model, String test) {
            return evaluation.score(model, test).map(Evaluation.Score::value).orElse(Double.NaN);
        }
    }

    static String text(List<Row> policies) {
        List<String> lines = new ArrayList<>();
        lines.add(line("", TESTS));
        Row first = policies.get(0);
        lines.add(line("base", values(first, "base")));
        lines.add(line("sft", values(first, "sft")));
        policies.forEach(row -> lines.add(line(row.name(), values(row, "policy")) + "   " + row.description()));
        lines.add("");
        policies.forEach(row -> lines.add(String.format(
                Locale.ROOT,
                "%s: reward %+.2f for ability %+.3f",
                row.name(),
                row.gained("reward"),
                row.gained("ability"))));
        return String.join("\n", lines) + "\n";
    }

    private static List<String> values(Row row, String model) {
        return TESTS.stream()
                .map(test -> row.evaluation()
                        .score(model, test)
                        .map(score -> String.format(Locale.ROOT, "%.3f", score.value()))
                        .orElse("-"))
                .toList();
    }

    private static String line(String name, List<String> cells) {
        StringBuilder line = new StringBuilder(String.format("%-16s", name));
        cells.forEach(cell -> line.append(String.format("%9s", cell)));
        return line.toString();
    }
}
