package io.trimtab.job.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The rows and reference numbers of shared/golden; its README defines every word here. */
final class Golden {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    /** Skips the test where the reference numbers are not at hand. */
    static Path shared() {
        String folder = System.getProperty("trimtab.shared", "");
        Path path = Path.of(folder);
        Assumptions.assumeTrue(
                !folder.isEmpty() && Files.isDirectory(path.resolve("golden")),
                "The golden numbers are not there, folder of -Dtrimtab.shared: " + folder);
        return path;
    }

    static Path stories260k() {
        return shared().resolve("data/models/stories260k");
    }

    static JsonNode read(String file) {
        try {
            return JSON.readTree(shared().resolve("golden").resolve(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    /** Preference pair k. */
    static Example pair(JsonNode batches, int k) {
        JsonNode pair = batches.get("pairs").get(k);
        int promptLength = pair.get("prompt_len").asInt();
        int[] chosen = ints(pair.get("chosen"));
        return new Example(
                "pair " + k,
                Arrays.copyOf(chosen, promptLength),
                List.of(
                        completion(chosen, promptLength, CompletionRole.CHOSEN),
                        completion(ints(pair.get("rejected")), promptLength, CompletionRole.REJECTED)));
    }

    /** Labelled row k with the completion of another row as its mismatch. */
    static Example labelled(JsonNode batches, int k, int mismatched) {
        JsonNode row = batches.get("unpaired").get(k);
        JsonNode other = batches.get("unpaired").get(mismatched);
        int[] ids = ints(row.get("ids"));
        int promptLength = row.get("prompt_len").asInt();
        CompletionRole role = row.get("label").asBoolean() ? CompletionRole.DESIRABLE : CompletionRole.UNDESIRABLE;
        return new Example(
                "row " + k + " with the completion of row " + mismatched,
                Arrays.copyOf(ids, promptLength),
                List.of(
                        completion(ids, promptLength, role),
                        completion(
                                ints(other.get("ids")), other.get("prompt_len").asInt(), CompletionRole.MISMATCHED)));
    }

    private static Completion completion(int[] ids, int promptLength, CompletionRole role) {
        return new Completion(Arrays.copyOfRange(ids, promptLength, ids.length), role);
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    /** A float32 copy of the weights moved by {@code A sin(f i + g id + h)}, computed in double and rounded once. */
    static float[] perturbed(float[] weights, io.trimtab.merge.shard.ParameterLayout layout, JsonNode formula) {
        double amplitude = formula.get("A").asDouble();
        double f = formula.get("f").asDouble();
        double g = formula.get("g").asDouble();
        double h = formula.get("h").asDouble();
        float[] moved = new float[weights.length];
        for (var tensor : layout.tensors()) {
            int start = Math.toIntExact(tensor.offset());
            for (int i = 0; i < tensor.length(); i++) {
                double argument = f * i + g * tensor.id() + h;
                moved[start + i] = (float) (weights[start + i] + amplitude * Math.sin(argument));
            }
        }
        return moved;
    }
}
