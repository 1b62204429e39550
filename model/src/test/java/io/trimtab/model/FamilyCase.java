package io.trimtab.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** A tiny model of some family with transformers' numbers for it, as src/test/python/family_parity.py writes them. */
record FamilyCase(JsonNode json) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static FamilyCase read(Path file) {
        try {
            return new FamilyCase(JSON.readTree(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelArchitecture architecture(Path folder) {
        try {
            Path config = folder.resolve("config.json");
            Files.write(config, JSON.writeValueAsBytes(json.get("config")));
            return ModelArchitecture.read(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Policy policy(ModelArchitecture architecture, PolicyOptions options) {
        return Policy.of(architecture, weights(architecture), options);
    }

    /** The formula of family_parity.py: hashed numbers, 1 added to norms that multiply by their weight. */
    static io.trimtab.model.weights.TensorSource weights(ModelArchitecture architecture) {
        return (tensor, offset, target, at, length) -> {
            boolean aroundOne = tensor.name().endsWith("norm.weight")
                    && !architecture.parts().unitOffsetNorms();
            for (int i = 0; i < length; i++) {
                double value = hashed(tensor.name(), offset + i);
                target[at + i] = (float) (aroundOne ? 1 + value : value);
            }
        };
    }

    /** In [-0.5, 0.5), 24 bits. */
    static double hashed(String name, long index) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(UTF_8));
        return hashed(crc.getValue(), index);
    }

    static double hashed(long crc, long index) {
        long x = (index * 2654435761L + crc) & 0xFFFF_FFFFL;
        x ^= x >>> 15;
        x = x * 2246822519L & 0xFFFF_FFFFL;
        x ^= x >>> 13;
        x = x * 3266489917L & 0xFFFF_FFFFL;
        x ^= x >>> 16;
        return (x >>> 8) / 0x1p24 - 0.5;
    }

    List<Example> pairs() {
        List<Example> pairs = new ArrayList<>();
        for (JsonNode row : json.get("rows")) {
            pairs.add(new Example(
                    "row-" + pairs.size(),
                    Golden.ids(row.get(0)),
                    List.of(
                            new Completion(Golden.ids(row.get(1)), CompletionRole.CHOSEN),
                            new Completion(Golden.ids(row.get(2)), CompletionRole.REJECTED))));
        }
        return pairs;
    }

    double[] numbers(String pointer) {
        JsonNode array = json.at(pointer);
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asDouble();
        }
        return numbers;
    }
}
