package io.trimtab.merge;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file of the golden data; the test is skipped where they are not. */
public final class Golden {

    private Golden() {}

    public static JsonNode read(String name) throws IOException {
        Path file = Path.of(System.getProperty("trimtab.shared", "../../shared"), "golden", name);
        assumeTrue(Files.exists(file), "No golden data at " + file);
        return new ObjectMapper().readTree(file.toFile());
    }

    public static double[] doubles(JsonNode list) {
        double[] values = new double[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).asDouble();
        }
        return values;
    }
}
