package io.trimtab.merge.offline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The merges of mergekit 0.1.5 in float64, within the stated tolerances for a float32 implementation: samples 1e-5, norms relative 1e-5; where entries
 * were sorted, 2 in 1000 samples may lie on the other side of a border.
 */
class GoldenMergesTest {

    private static final double TOLERANCE = 1e-5;

    /** One or two entries of a tensor that changed sides of a border in float32: 2 in 1000 may. */
    private static final double TOLERANCE_OF_SORTED = 2e-4;

    private static final Map<String, MemoryModel> MODELS = new HashMap<>();

    @BeforeAll
    static void rebuildModels() throws IOException {
        Path file = Path.of(
                System.getProperty("trimtab.shared", "../../shared"), "data/models/stories260k/model.safetensors");
        assumeTrue(Files.exists(file), "No model at " + file);
        MemoryModel base = MemoryModel.read(file);
        MODELS.put("base", base);
        JsonNode models = Golden.read("merges.json").get("models");
        for (String name : List.of("m1", "m2", "m3")) {
            MODELS.put(name, perturbed(base, models.get(name)));
        }
    }

    private static MemoryModel perturbed(MemoryModel base, JsonNode formula) {
        MemoryModel model = new MemoryModel();
        boolean cosine = formula.get("kind").asText().equals("cos");
        List<String> names = base.shapes().keySet().stream().sorted().toList();
        for (int id = 0; id < names.size(); id++) {
            float[] entries = base.values(names.get(id)).clone();
            for (int i = 0; i < entries.length; i++) {
                double argument = formula.get("f").asDouble() * i
                        + formula.get("g").asDouble() * id
                        + formula.get("h").asDouble();
                entries[i] = (float)
                        (entries[i] + formula.get("A").asDouble() * (cosine ? Math.cos(argument) : Math.sin(argument)));
            }
            model.with(names.get(id), requireNonNull(base.shapes().get(names.get(id))), entries);
        }
        return model;
    }

    @Test
    void rebuiltModelsAreThoseOfTheGoldenRuns() throws IOException {
        JsonNode summaries = Golden.read("merges.json").get("model_summaries");
        for (String name : List.of("m1", "m2", "m3")) {
            assertClose(requireNonNull(MODELS.get(name)), summaries.get(name), TOLERANCE);
        }
    }

    @TestFactory
    Stream<DynamicTest> mergeAgrees() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode merge : Golden.read("merges.json").get("merges")) {
            tests.add(DynamicTest.dynamicTest(
                    merge.get("name").asText(),
                    () -> assertClose(recipe(merge).result(MODELS), merge.get("result"), normTolerance(merge))));
        }
        assertThat(tests).hasSize(26);
        return tests.stream();
    }

    private static Recipes recipe(JsonNode merge) {
        Recipes recipe =
                Recipes.of(MergeMethod.of(merge.get("merge_method").asText()).orElseThrow());
        if (!merge.get("base_model").isNull()) {
            recipe.base(merge.get("base_model").asText());
        }
        for (JsonNode model : merge.get("models")) {
            List<Object> settings = new ArrayList<>();
            model.get("parameters").properties().forEach(parameter -> {
                settings.add(parameter.getKey());
                settings.add(parameter.getValue().asText());
            });
            recipe.model(model.get("model").asText(), settings.toArray());
        }
        merge.get("parameters")
                .properties()
                .forEach(parameter -> recipe.parameter(
                        parameter.getKey(), parameter.getValue().asText()));
        return recipe;
    }

    private static void assertClose(MemoryModel model, JsonNode summaries, double normTolerance) throws IOException {
        JsonNode parameters = Golden.read("merges.json").get("parameters");
        int samples = 0;
        int wrong = 0;
        for (JsonNode parameter : parameters) {
            float[] entries = model.values(parameter.get("name").asText());
            JsonNode summary = summaries.get(parameter.get("id").asInt());
            double l2 = summary.get("l2").asDouble();
            assertThat(l2(entries)).as("%s", parameter).isCloseTo(l2, within(normTolerance * l2));
            for (int k = 0; k < 8; k++) {
                int index = parameter.get("sample_index").get(k).asInt();
                double difference = entries[index] - summary.get("at").get(k).asDouble();
                wrong += Math.abs(difference) <= TOLERANCE ? 0 : 1;
                samples++;
            }
        }
        assertThat(samples).isEqualTo(47 * 8);
        assertThat(wrong).as("samples off by more than %s", TOLERANCE).isZero();
    }

    private static double normTolerance(JsonNode merge) {
        String method = merge.get("merge_method").asText();
        return method.equals("ties") || method.startsWith("breadcrumbs") ? TOLERANCE_OF_SORTED : TOLERANCE;
    }

    private static double l2(float[] entries) {
        double sum = 0;
        for (float entry : entries) {
            sum += (double) entry * entry;
        }
        return Math.sqrt(sum);
    }
}
