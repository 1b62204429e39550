package io.trimtab.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What data-report.json says about the training table: what became of the rows, what may be wrong, how long they are. */
final class DataSection {
    private static final List<String> COMPLETIONS =
            List.of("chosen", "rejected", "desirable", "undesirable", "target", "mismatched");

    private final JsonNode report;

    private DataSection(JsonNode report) {
        this.report = report;
    }

    static void addTo(Page page, JsonNode report) {
        new DataSection(report).addTo(page);
    }

    private void addTo(Page page) {
        page.heading("Data");
        Map<String, Double> outcomes = outcomes();
        if (!outcomes.isEmpty()) {
            page.add(ShareBar.html(outcomes, Numbers::scaled));
        }
        shapes().forEach(page::paragraph);
        JsonNode advice = report.path("advice");
        if (!advice.isEmpty()) {
            page.add("<ul class=\"advice\">\n");
            advice.forEach(sentence -> page.add("<li>" + Html.escape(sentence.asText()) + "</li>\n"));
            page.add("</ul>\n");
        }
        charts(page);
        padding(page);
        page.pairs(figures());
    }

    /** Rows by what became of them, the reasons of rejection one by one. */
    private Map<String, Double> outcomes() {
        Map<String, Double> outcomes = new LinkedHashMap<>();
        put(outcomes, "kept", report.path("kept"));
        put(outcomes, "over max-length", report.path("over_length"));
        put(outcomes, "tied", report.path("tied"));
        report.path("rejected").properties().forEach(reason -> put(outcomes, reason.getKey(), reason.getValue()));
        return outcomes;
    }

    /** What the rows were taken for. */
    private List<String> shapes() {
        List<String> sentences = shapes("Shape ", report);
        sentences.addAll(shapes("Evaluation: shape ", report.path("evaluation")));
        return sentences;
    }

    private static List<String> shapes(String begin, JsonNode table) {
        List<String> sentences = new ArrayList<>();
        for (JsonNode shape : table.path("shape")) {
            List<String> columns = new ArrayList<>();
            shape.path("columns").forEach(column -> columns.add(column.asText()));
            String of = shape.path("of").asText();
            sentences.add(begin + shape.path("shape").asText() + (of.isEmpty() ? "" : " of " + of) + ", columns "
                    + String.join(", ", columns) + ": "
                    + Numbers.grouped(shape.path("rows").asLong()) + " rows");
        }
        return sentences;
    }

    private static void put(Map<String, Double> outcomes, String name, JsonNode rows) {
        if (rows.asDouble() > 0) {
            outcomes.put(name, rows.asDouble());
        }
    }

    private void charts(Page page) {
        JsonNode lengths = report.path("lengths");
        List<HistogramChart> charts = List.of(
                chart("Tokens of a prompt", lengths, List.of("prompt")),
                chart("Tokens of a completion", lengths, COMPLETIONS),
                chart("Tokens of prompt and completion", lengths, List.of("total", "over_length")));
        StringBuilder figures = new StringBuilder();
        charts.stream().filter(chart -> !chart.isEmpty()).forEach(chart -> figures.append(chart.html()));
        if (!figures.isEmpty()) {
            page.add("<div class=\"charts\">\n" + figures + "</div>\n");
        }
    }

    private static HistogramChart chart(String title, JsonNode lengths, List<String> names) {
        List<HistogramChart.Series> series = new ArrayList<>();
        for (String name : names) {
            if (lengths.has(name)) {
                series.add(HistogramChart.Series.of(
                        name.replace('_', ' '), lengths.path(name).path("buckets")));
            }
        }
        return new HistogramChart(title, series);
    }

    /** The widest padded batch as a bar: what is useful, what would be padding. */
    private void padding(Page page) {
        JsonNode padding = report.path("padding");
        JsonNode widest = padding.path(padding.size() - 1);
        double tokens = widest.path("tokens").asDouble();
        double useful = report.path("tokens").asDouble();
        if (tokens <= 0) {
            return;
        }
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("useful tokens", useful);
        parts.put("padding", tokens - useful);
        page.add("<p>Padded batches of "
                + Numbers.grouped(widest.path("rows_per_batch").asLong()) + " rows would compute:</p>\n");
        page.add(ShareBar.html(parts, Numbers::scaled));
    }

    /** Everything but what has a picture. */
    private Map<String, String> figures() {
        ObjectNode rest = report.deepCopy();
        rest.remove(List.of("advice", "lengths", "shape"));
        if (rest.path("evaluation") instanceof ObjectNode evaluation) {
            evaluation.remove("shape");
        }
        return FlatJson.rows(rest);
    }
}
