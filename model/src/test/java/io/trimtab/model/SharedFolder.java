package io.trimtab.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Golden numbers and real models beside the checkout; a test that needs them is skipped where they are absent. */
public final class SharedFolder {

    private SharedFolder() {}

    public static Path resolve(String path) {
        Path file = Path.of(System.getProperty("trimtab.shared", "../shared"))
                .resolve(path)
                .normalize();
        assumeTrue(Files.exists(file), () -> "skipped: " + file + " is absent");
        return file;
    }

    public static JsonNode json(String path) {
        try {
            return new ObjectMapper().readTree(resolve(path).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
