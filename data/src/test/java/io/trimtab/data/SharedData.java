package io.trimtab.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The shared data and golden numbers; tests that need them are skipped where they are absent. */
public final class SharedData {
    private static final Path ROOT = Path.of(System.getProperty("trimtab.shared", "missing"));

    private SharedData() {}

    public static Path file(String path) {
        assumeTrue(Files.exists(ROOT.resolve(path)), "shared data is absent: " + ROOT.resolve(path));
        return ROOT.resolve(path);
    }

    public static Path stories() {
        return file("data/models/stories260k");
    }

    public static JsonNode json(String path) throws IOException {
        return new ObjectMapper().readTree(file(path).toFile());
    }

    /** The lines of the harmless-base pairs, as bytes. */
    public static List<byte[]> harmlessLines() throws IOException {
        return lines(file("data/preferences/hh-rlhf-harmless-base-test.jsonl.gz"));
    }

    private static List<byte[]> lines(Path file) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        try (InputStream stream = new GZIPInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (byte character : stream.readAllBytes()) {
                if (character == '\n') {
                    lines.add(line.toByteArray());
                    line.reset();
                } else {
                    line.write(character);
                }
            }
        }
        return lines;
    }
}
