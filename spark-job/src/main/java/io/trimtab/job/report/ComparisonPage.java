package io.trimtab.job.report;

import java.util.ArrayList;
import java.util.List;

/** Several runs from one SFT model over each other: what they are worth, and how they got there. */
public final class ComparisonPage {
    private static final String POLICY = "policy";

    private final Content content;

    /**
     * What the page shows.
     *
     * @param introduction paragraphs above the table
     * @param runs each with the evaluation of base, SFT and its policy
     * @param gainTest the test across the scatter plot, what alignment is after
     * @param keptTest the test up the scatter plot, what alignment should keep
     */
    public record Content(String title, List<String> introduction, List<Entry> runs, String gainTest, String keptTest) {
        public Content {
            introduction = List.copyOf(introduction);
            runs = List.copyOf(runs);
        }
    }

    /**
     * One run of the comparison.
     *
     * @param link address of its own page, relative to this one; empty for none
     */
    public record Entry(RunRecord run, String description, String link) {}

    private ComparisonPage(Content content) {
        this.content = content;
    }

    /** The whole page; the same bytes for the same content. */
    public static String html(Content content) {
        return new ComparisonPage(content).html();
    }

    private String html() {
        Page page = new Page(content.title());
        content.introduction().forEach(page::paragraph);
        page.heading("What came out")
                .add(EvaluationTable.html(rows(), List.of(content.gainTest(), content.keptTest())));
        page.add("<p class=\"note\">Small figures: distance from the SFT model.</p>\n");
        page.add(scatter().html());
        List<LineChart> charts = MetricCharts.of(content.runs().stream()
                .map(entry -> new NamedMetrics(entry.run().name(), entry.run().metrics()))
                .toList());
        if (!charts.isEmpty()) {
            page.heading("How they got there").charts(charts);
        }
        return page.html();
    }

    private List<EvaluationTable.Row> rows() {
        List<EvaluationTable.Row> rows = new ArrayList<>();
        Evaluation first = content.runs().get(0).run().evaluation();
        for (String model : List.of("base", "sft")) {
            if (first.models().containsKey(model)) {
                rows.add(new EvaluationTable.Row(model, "", "", first, model));
            }
        }
        for (Entry entry : content.runs()) {
            rows.add(new EvaluationTable.Row(
                    entry.run().name(),
                    entry.description(),
                    entry.link(),
                    entry.run().evaluation(),
                    POLICY));
        }
        return rows;
    }

    private ScatterChart scatter() {
        List<ScatterChart.Mark> marks = new ArrayList<>();
        Evaluation first = content.runs().get(0).run().evaluation();
        addMark(marks, first, "sft", "sft", ScatterChart.NEUTRAL);
        for (int i = 0; i < content.runs().size(); i++) {
            RunRecord run = content.runs().get(i).run();
            addMark(marks, run.evaluation(), POLICY, run.name(), i);
        }
        return new ScatterChart(content.gainTest(), content.keptTest(), marks);
    }

    private void addMark(List<ScatterChart.Mark> marks, Evaluation evaluation, String model, String label, int colour) {
        evaluation
                .score(model, content.gainTest())
                .ifPresent(gain -> evaluation
                        .score(model, content.keptTest())
                        .ifPresent(
                                kept -> marks.add(new ScatterChart.Mark(label, gain.value(), kept.value(), colour))));
    }
}
