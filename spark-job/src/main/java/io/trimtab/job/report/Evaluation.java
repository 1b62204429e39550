package io.trimtab.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@code evaluation.json} holds: for every model the value of every test, and of how many items. */
public record Evaluation(Map<String, Map<String, Score>> models) {

    /** A test's value over {@code n} items. */
    public record Score(double value, long n) {}

    public Evaluation {
        models = new LinkedHashMap<>(models);
    }

    static Evaluation of(JsonNode json) {
        Map<String, Map<String, Score>> models = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> model : json.path("models").properties()) {
            Map<String, Score> scores = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> test : model.getValue().properties()) {
                scores.put(
                        test.getKey(),
                        new Score(
                                test.getValue().path("value").asDouble(),
                                test.getValue().path("n").asLong()));
            }
            models.put(model.getKey(), scores);
        }
        return new Evaluation(models);
    }

    public Optional<Score> score(String model, String test) {
        return Optional.ofNullable(models.getOrDefault(model, Map.of()).get(test));
    }

    /** Every test that some model took, in the order of the file. */
    List<String> tests() {
        Set<String> tests = new LinkedHashSet<>();
        models.values().forEach(scores -> tests.addAll(scores.keySet()));
        return new ArrayList<>(tests);
    }
}
