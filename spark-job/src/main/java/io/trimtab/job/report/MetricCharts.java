package io.trimtab.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which metrics become which charts, and in what order. A chart whose metric no run has is left out. */
final class MetricCharts {
    /** Several keys in one chart belong together only while a single run is shown; over several runs each key gets its own chart. */
    private record Group(String title, List<String> keys) {}

    private static final List<Group> GROUPS = List.of(
            new Group("Loss", List.of("loss")),
            new Group("Rewards", List.of("rewards/chosen", "rewards/rejected")),
            new Group("Reward margin", List.of("rewards/margins")),
            new Group("Reward accuracy", List.of("rewards/accuracies")),
            new Group("Log-probs", List.of("logps/chosen", "logps/rejected")),
            new Group("KL estimate", List.of("kl")),
            new Group("Gradient norm", List.of("grad_norm")),
            new Group("Learning rate", List.of("learning_rate")),
            new Group("Useful tokens per second", List.of("tokens_per_second")));
    private static final String EVALUATION = "eval_";

    /** The same at every evaluation. */
    private static final Set<String> EVALUATION_COUNTS = Set.of("eval_examples", "eval_tokens");

    private MetricCharts() {}

    static List<LineChart> of(List<NamedMetrics> runs) {
        List<LineChart> charts = new ArrayList<>();
        Stream<Group> evaluations = runs.stream()
                .flatMap(run -> run.metrics().names().stream())
                .filter(name -> name.startsWith(EVALUATION) && !EVALUATION_COUNTS.contains(name))
                .distinct()
                .map(name -> new Group("Evaluation: " + name.substring(EVALUATION.length()), List.of(name)));
        Stream.concat(GROUPS.stream(), evaluations).forEach(group -> {
            if (runs.size() == 1) {
                addOverlay(charts, group, runs.get(0));
            } else {
                group.keys().forEach(key -> addComparison(charts, group, key, runs));
            }
        });
        return charts;
    }

    private static void addOverlay(List<LineChart> charts, Group group, NamedMetrics run) {
        List<Curve> curves = new ArrayList<>();
        for (String key : group.keys()) {
            run.metrics().find(key).ifPresent(points -> curves.add(new Curve(lastPart(key), points, curves.size())));
        }
        if (!curves.isEmpty()) {
            charts.add(new LineChart(group.title(), String.join(", ", group.keys()), curves));
        }
    }

    private static void addComparison(List<LineChart> charts, Group group, String key, List<NamedMetrics> runs) {
        List<Curve> curves = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            int colour = i;
            NamedMetrics run = runs.get(i);
            run.metrics().find(key).ifPresent(points -> curves.add(new Curve(run.name(), points, colour)));
        }
        if (!curves.isEmpty()) {
            String title = group.keys().size() == 1 ? group.title() : group.title() + ": " + lastPart(key);
            charts.add(new LineChart(title, key, curves));
        }
    }

    private static String lastPart(String key) {
        return key.substring(key.lastIndexOf('/') + 1);
    }
}
