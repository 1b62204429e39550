package io.trimtab.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Golden numbers and real data beside the checkout; tests that need them are skipped where they are absent. */
final class SharedFolder {
    private SharedFolder() {}

    static Path resolve(String path) {
        Path file = Path.of(System.getProperty("trimtab.shared")).resolve(path).normalize();
        assumeTrue(Files.exists(file), () -> "skipped: " + file + " is absent");
        return file;
    }
}
