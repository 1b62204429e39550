package io.trimtab.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run as a page: how it ended, what it is worth, its curves, where its time went, its data and its settings. */
public final class RunPage {
    private static final String PHASE = "seconds/";

    private final RunRecord run;

    private RunPage(RunRecord run) {
        this.run = run;
    }

    /** The whole page; the same bytes for the same files. */
    public static String html(RunRecord run) {
        return new RunPage(run).html();
    }

    private String html() {
        Page page = new Page("Trimtab run: " + run.name());
        page.paragraph(outcome());
        page.tiles(tiles());
        if (!run.evaluation().models().isEmpty()) {
            page.heading("Evaluation");
            List<EvaluationTable.Row> rows = run.evaluation().models().keySet().stream()
                    .map(model -> new EvaluationTable.Row(model, "", "", run.evaluation(), model))
                    .toList();
            page.add(EvaluationTable.html(rows, List.of()));
            page.add("<p class=\"note\">Small figures: distance from the SFT model.</p>\n");
        }
        List<LineChart> charts = MetricCharts.of(List.of(new NamedMetrics("", run.metrics())));
        if (!charts.isEmpty()) {
            page.heading("Curves").charts(charts);
        }
        Map<String, Double> phases = phases();
        if (!phases.isEmpty()) {
            page.heading("Where the time went").add(ShareBar.html(phases, Numbers::seconds));
        }
        if (!run.dataReport().isMissingNode()) {
            DataSection.addTo(page, run.dataReport());
        }
        if (!run.settings().isEmpty()) {
            page.heading("Settings").folded("run.conf", run.settings());
        }
        return page.html();
    }

    private String outcome() {
        JsonNode result = run.result();
        if (result.isMissingNode()) {
            return "No result yet: the run goes on, or its driver was lost.";
        }
        String outcome = "Status: " + result.path("status").asText("unknown");
        String reason = result.path("reason").asText("");
        String attempt = result.path("attempt").asText("");
        return outcome
                + (reason.isEmpty() ? "" : " (" + reason + ")")
                + (attempt.isEmpty() ? "" : ", attempt " + attempt);
    }

    private Map<String, String> tiles() {
        Map<String, String> tiles = new LinkedHashMap<>();
        MetricCurves metrics = run.metrics();
        if (metrics.lastStep() > 0) {
            tiles.put("steps", Numbers.grouped(metrics.lastStep()));
        }
        total(tiles, "examples", "examples");
        total(tiles, "useful tokens", "tokens");
        latest(tiles, "loss", "loss");
        latest(tiles, "reward margin", "rewards/margins");
        latest(tiles, "reward accuracy", "rewards/accuracies");
        metrics.find("seconds").ifPresent(seconds -> tiles.put("time in steps", Numbers.seconds(seconds.sum())));
        Optional<Points> tokens = metrics.find("tokens");
        Optional<Points> seconds = metrics.find("seconds");
        if (tokens.isPresent() && seconds.isPresent() && seconds.get().sum() > 0) {
            tiles.put(
                    "tokens per second",
                    Numbers.scaled(tokens.get().sum() / seconds.get().sum()));
        }
        return tiles;
    }

    private void total(Map<String, String> tiles, String label, String metric) {
        run.metrics().find(metric).ifPresent(points -> tiles.put(label, Numbers.scaled(points.sum())));
    }

    private void latest(Map<String, String> tiles, String label, String metric) {
        run.metrics().find(metric).ifPresent(points -> tiles.put(label, Numbers.plain(points.lastTenth())));
    }

    private Map<String, Double> phases() {
        Map<String, Double> phases = new LinkedHashMap<>();
        for (String name : run.metrics().names()) {
            if (name.startsWith(PHASE)) {
                run.metrics().find(name).ifPresent(points -> phases.put(name.substring(PHASE.length()), points.sum()));
            }
        }
        return phases;
    }
}
