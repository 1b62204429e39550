package io.trimtab.job.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** A run's {@code evaluation.json}, to which the demonstration adds {@code reward}, {@code valid} and their mean with the skills. */
final class EvaluationFile {
    static final String REWARD = "reward";
    static final String ABILITY = "ability";
    private static final String VALID = "valid";
    private static final String STRICT = "strict";
    private static final String RAW = "raw";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    EvaluationFile(Path runDirectory) {
        this.file = runDirectory.resolve("evaluation.json");
    }

    /** Whether the policy's sampled tests are in the file. */
    boolean isComplete() {
        return Files.exists(file) && read().path("models").path("policy").has(ABILITY);
    }

    /** Adds the sampled tests of every model the file knows; {@code sampled} is asked by the model's name in the file. */
    void add(Map<String, SampledTests.Scores> sampled) {
        ObjectNode root = read();
        sampled.forEach((model, scores) -> {
            if (!(root.path("models").path(model) instanceof ObjectNode tests)) {
                throw new IllegalStateException(
                        "Cannot add the sampled tests to " + file + ": it has no model " + model);
            }
            double ability = (value(tests, STRICT) + value(tests, RAW) + scores.valid()) / 3;
            put(tests, VALID, scores.valid(), scores.answers());
            put(tests, ABILITY, ability, items(tests));
            put(tests, REWARD, scores.reward(), scores.answers());
        });
        write(root);
    }

    private double value(ObjectNode tests, String test) {
        JsonNode value = tests.path(test).path("value");
        if (!value.isNumber()) {
            throw new IllegalStateException("Cannot compute ability for " + file + ": test " + test + " is missing");
        }
        return value.asDouble();
    }

    private static long items(ObjectNode tests) {
        return tests.path(STRICT).path("n").asLong()
                + tests.path(RAW).path("n").asLong()
                + tests.path(VALID).path("n").asLong();
    }

    private static void put(ObjectNode tests, String test, double value, long items) {
        tests.putObject(test).put("value", value).put("n", items);
    }

    private ObjectNode read() {
        try {
            if (JSON.readTree(file.toFile()) instanceof ObjectNode root) {
                return root;
            }
            throw new IllegalStateException("Cannot read " + file + ": it is not a JSON object");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    private void write(ObjectNode root) {
        Path fresh = file.resolveSibling("evaluation.json.fresh");
        try {
            Files.write(fresh, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }
}
