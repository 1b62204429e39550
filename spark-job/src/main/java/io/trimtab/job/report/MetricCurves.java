package io.trimtab.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The lines of {@code metrics.jsonl}, turned: for every name its values over the steps that have it. */
record MetricCurves(Map<String, Points> byName) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STEP = "step";

    MetricCurves {
        byName = new LinkedHashMap<>(byName);
    }

    /** A last line without its end is what a killed driver leaves; it is passed over. Any other broken line is an error. */
    static MetricCurves parse(byte[] jsonLines) {
        String text = new String(jsonLines, StandardCharsets.UTF_8);
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        Map<String, PointsBuilder> builders = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                add(builders, parse(lines.get(i), i + 1));
            }
        }
        Map<String, Points> byName = new LinkedHashMap<>();
        builders.forEach((name, builder) -> byName.put(name, builder.build()));
        return new MetricCurves(byName);
    }

    private static JsonNode parse(String line, int number) {
        try {
            JsonNode node = JSON.readTree(line);
            if (node.path(STEP).isNumber()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Cannot read metrics.jsonl: line " + number + " is not JSON", e);
        }
        throw new IllegalArgumentException("Cannot read metrics.jsonl: line " + number + " has no step");
    }

    private static void add(Map<String, PointsBuilder> builders, JsonNode line) {
        double step = line.get(STEP).asDouble();
        for (Map.Entry<String, JsonNode> field : line.properties()) {
            if (!field.getKey().equals(STEP) && field.getValue().isNumber()) {
                builders.computeIfAbsent(field.getKey(), name -> new PointsBuilder())
                        .add(step, field.getValue().asDouble());
            }
        }
    }

    Optional<Points> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Set<String> names() {
        return byName.keySet();
    }

    /** The last step of the run, 0 where there is none. */
    long lastStep() {
        return (long) byName.values().stream()
                .mapToDouble(points -> points.x()[points.size() - 1])
                .max()
                .orElse(0);
    }

    private static final class PointsBuilder {
        private final List<Double> x = new ArrayList<>();
        private final List<Double> y = new ArrayList<>();

        void add(double step, double value) {
            x.add(step);
            y.add(value);
        }

        Points build() {
            return new Points(
                    x.stream().mapToDouble(Double::doubleValue).toArray(),
                    y.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }
}
