package io.trimtab.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.weights.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Reference numbers of other people's implementations, and the model and rows they were made with (golden/README.md A, B, H). */
final class Golden {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    static JsonNode read(String file) {
        try {
            return JSON.readTree(Files.readAllBytes(shared().resolve("golden").resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Policy stories260k(PolicyOptions options) {
        try (ModelFolder folder = ModelFolder.open(shared().resolve("data/models/stories260k"))) {
            return Policy.load(folder, options);
        }
    }

    /** w + A sin(f i + g id + h), in double, rounded once where the policy holds floats. */
    static void perturb(Policy policy, JsonNode formula) {
        double a = formula.get("A").asDouble();
        double f = formula.get("f").asDouble();
        double g = formula.get("g").asDouble();
        double h = formula.get("h").asDouble();
        for (TensorSpec tensor : policy.tensors()) {
            var weights = policy.weights(tensor.id());
            for (long i = 0; i < tensor.elements(); i++) {
                weights.set(i, weights.get(i) + a * Math.sin(f * i + g * tensor.id() + h));
            }
        }
    }

    /** Pair of batches.json: chosen and rejected behind their prompt. */
    static Example pair(JsonNode row) {
        int promptLength = row.get("prompt_len").asInt();
        int[] chosen = ids(row.get("chosen"));
        return new Example(
                "line-" + row.get("line").asInt(),
                Arrays.copyOf(chosen, promptLength),
                List.of(
                        completion(chosen, promptLength, CompletionRole.CHOSEN),
                        completion(ids(row.get("rejected")), promptLength, CompletionRole.REJECTED)));
    }

    static Example unpaired(JsonNode row) {
        int promptLength = row.get("prompt_len").asInt();
        int[] all = ids(row.get("ids"));
        return new Example(
                "line-" + row.get("line").asInt(),
                Arrays.copyOf(all, promptLength),
                List.of(completion(all, promptLength, CompletionRole.DESIRABLE)));
    }

    static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).asInt();
        }
        return ids;
    }

    private static Completion completion(int[] sequence, int promptLength, CompletionRole role) {
        return new Completion(Arrays.copyOfRange(sequence, promptLength, sequence.length), role);
    }

    private static Path shared() {
        String folder = System.getProperty("trimtab.shared", "");
        Assumptions.assumeTrue(
                Files.isDirectory(Path.of(folder, "golden")),
                "No golden data: -Dtrimtab.shared names no folder with them");
        return Path.of(folder);
    }
}
