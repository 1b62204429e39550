package io.trimtab.job.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What this process occupies in the machine's memory, Java heap and native memory together. Linux alone tells without a native call. */
public final class ResidentMemory {

    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    /** Bytes at the highest, since the process began. */
    public static OptionalLong peakBytes() {
        return bytes("VmHWM:");
    }

    /** Bytes now. */
    public static OptionalLong nowBytes() {
        return bytes("VmRSS:");
    }

    private static OptionalLong bytes(String field) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
