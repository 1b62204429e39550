package io.trimtab.job.spark.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** However a file is cut into ranges, every line is read once, with its number. */
class FileLinesTest {
    @Test
    void rangesGiveTheLinesOfTheWhole() throws IOException {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] file = file(random);
            for (long largest : new long[] {1, 2, 3, 7, 1 + random.nextInt(file.length + 1), 1 << 20}) {
                assertThat(inRanges(file, largest))
                        .as("seed %d, ranges of %d bytes", seed, largest)
                        .isEqualTo(whole(file));
            }
        }
    }

    @Test
    void aLineLongerThanAnyBufferIsOneLine() throws IOException {
        String line = "x".repeat(300_000);
        byte[] file = ("a\n" + line + "\nb").getBytes(StandardCharsets.UTF_8);
        assertThat(inRanges(file, 50_000)).containsExactly("1:a", "2:" + line, "3:b");
    }

    @Test
    void aCarriageReturnEndsNoLine() throws IOException {
        assertThat(inRanges("a\rb\r\nc\n".getBytes(StandardCharsets.UTF_8), 100))
                .containsExactly("1:a\rb\r", "2:c");
    }

    @Test
    void aLineThatNoTaskCouldHoldIsGivenWithoutItsBytes() {
        byte[] file = ("a\n" + "x".repeat(200_000) + "\nb").getBytes(StandardCharsets.UTF_8);
        FileLines lines = new FileLines(new ByteArrayInputStream(file), FileRange.whole("f", "f"), 100_000);
        assertThat(lines.next()).hasSize(1);
        assertThat(lines.isTooLong()).isFalse();
        assertThat(lines.next()).isEmpty();
        assertThat(lines.isTooLong()).isTrue();
        assertThat(lines.next()).hasSize(1);
        assertThat(lines.isTooLong()).isFalse();
        assertThat(lines.number()).isEqualTo(3);
        assertThat(lines.hasNext()).isFalse();
    }

    private static byte[] file(Random random) {
        StringBuilder text = new StringBuilder();
        int lines = random.nextInt(12);
        for (int i = 0; i < lines; i++) {
            text.append("abcdefgh", 0, random.nextInt(8)).append(i == lines - 1 && random.nextBoolean() ? "" : "\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> whole(byte[] file) {
        List<String> lines = new ArrayList<>();
        String text = new String(file, StandardCharsets.UTF_8);
        String[] parts = text.split("\n", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i < parts.length - 1 || !parts[i].isEmpty()) {
                lines.add(i + 1 + ":" + parts[i]);
            }
        }
        return lines;
    }

    private static List<String> inRanges(byte[] file, long largest) throws IOException {
        List<String> found = new ArrayList<>();
        for (FileRange range : FileRange.cut("f", "f", file.length, largest)) {
            long before = FileLines.count(new ByteArrayInputStream(file), range.start());
            int from = (int) Math.max(0, range.start() - 1);
            FileLines lines = new FileLines(
                    new ByteArrayInputStream(file, from, file.length - from), range.withLinesBefore(before));
            while (lines.hasNext()) {
                byte[] line = lines.next();
                found.add(lines.number() + ":" + new String(line, StandardCharsets.UTF_8));
            }
        }
        return found;
    }
}
