package io.trimtab.job.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Models below each other, tests beside each other, each value with its distance from the SFT model's. */
final class EvaluationTable {
    private static final String SFT = "sft";

    /**
     * A row of the table: what it is called and where its scores stand.
     *
     * @param description one line below the label, or empty
     * @param link address of the model's own page, or empty
     */
    record Row(String label, String description, String link, Evaluation evaluation, String model) {}

    private EvaluationTable() {}

    /** Every test that some row has, those named first before the others. */
    static String html(List<Row> rows, List<String> first) {
        List<String> tests = Stream.concat(
                        first.stream(), rows.stream().flatMap(row -> row.evaluation().tests().stream()))
                .distinct()
                .toList();
        StringBuilder out = new StringBuilder("<div class=\"wide\"><table>\n<thead><tr><th>model</th>");
        for (String test : tests) {
            out.append("<th>").append(Html.escape(test)).append("</th>");
        }
        out.append("</tr></thead>\n<tbody>\n");
        for (Row row : rows) {
            out.append("<tr><th>").append(label(row)).append("</th>");
            tests.forEach(test -> out.append(cell(row, test)));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    private static String label(Row row) {
        String label = Html.escape(row.label());
        String linked = row.link().isEmpty() ? label : "<a href=\"" + Html.escape(row.link()) + "\">" + label + "</a>";
        String below =
                row.description().isEmpty() ? "" : "<span class=\"note\">" + Html.escape(row.description()) + "</span>";
        return linked + below;
    }

    private static String cell(Row row, String test) {
        return row.evaluation()
                .score(row.model(), test)
                .map(score -> "<td title=\"" + (score.n() > 0 ? Numbers.grouped(score.n()) + " items" : "") + "\">"
                        + String.format(Locale.ROOT, "%.3f", score.value()) + change(row, test, score.value())
                        + "</td>")
                .orElse("<td>–<small></small></td>");
    }

    private static String change(Row row, String test, double value) {
        if (row.model().equals(SFT) || row.model().equals("base")) {
            return "<small></small>";
        }
        return row.evaluation()
                .score(SFT, test)
                .map(sft -> "<small>" + String.format(Locale.ROOT, "%+.3f", value - sft.value()) + "</small>")
                .orElse("<small></small>");
    }
}
