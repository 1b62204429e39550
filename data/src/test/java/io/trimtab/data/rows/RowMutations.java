package io.trimtab.data.rows;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Seeded damage to good lines of JSON, of the kinds that happen: files cut off, written in another encoding, edited by hand, joined
 * wrongly, or made by a program with other ideas. Every mutation is a pure function of its number.
 */
public final class RowMutations {
    /** Marks text that no message may repeat. */
    public static final String SECRET = "tell";

    private static final List<String> WRONG_VALUES = List.of(
            "null",
            "5",
            "-1e999",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"   \"",
            "[null]",
            "[[\"a\"]]",
            "{\"role\":\"user\"}",
            "[{\"role\":null,\"content\":null}]",
            "[{\"role\":\"assistant\",\"content\":5}]",
            "[{\"role\":\"assistant\"}]",
            "[{\"content\":\"x\"}]",
            "[{\"role\":\"assistant\",\"content\":[{\"type\":\"image\"}]}]",
            "1e-400",
            "NaN");

    private RowMutations() {}

    /** Line number {@code number} of the mutated file: one good line damaged in one of twenty ways. */
    public static byte[] mutated(List<String> good, int number) {
        Random random = new Random(number);
        String line = good.get(random.nextInt(good.size()));
        return switch (number % 20) {
            case 0 -> utf8(line.substring(0, random.nextInt(line.length())));
            case 1 -> utf8(line.substring(1 + random.nextInt(line.length() - 1)));
            case 2 -> wrongValue(line, random);
            case 3 -> utf8(huge(line, random));
            case 4 -> utf8(replacedValue(line, random, "\"tell \\ud83d\""));
            case 5 -> utf8(replacedValue(line, random, "\"\\udc00 tell\""));
            case 6 -> utf8(replacedValue(line, random, nested(1 + random.nextInt(5000))));
            case 7 -> utf8(line.substring(0, line.length() - 1) + "," + line.substring(1));
            case 8 -> line.replace("the", "thé").getBytes(StandardCharsets.ISO_8859_1);
            case 9 -> line.getBytes(StandardCharsets.UTF_16LE);
            case 10 -> renamed(line, random);
            case 11 -> flipped(line, random);
            case 12 -> utf8(line + line);
            case 13 -> utf8("[" + line + "]");
            case 14 -> utf8(line.replace('"', '\''));
            case 15 -> surrogateBytes(line, random);
            case 16 -> utf8(line.replace(":", ": \u0000"));
            case 17 -> utf8(replacedValue(line, random, "\"tell \\u0000 \\u001f \\ufeff \\u202e\""));
            case 18 -> utf8("\ufeff" + line.replace(",", ",,"));
            default -> utf8(replacedValue(line, random, "9".repeat(1 + random.nextInt(20_000))));
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] wrongValue(String line, Random random) {
        return utf8(replacedValue(line, random, WRONG_VALUES.get(random.nextInt(WRONG_VALUES.size()))));
    }

    /** The value of one of the line's string fields, replaced by JSON text. */
    private static String replacedValue(String line, Random random, String value) {
        int[] starts = valueStarts(line);
        int start = starts[random.nextInt(starts.length)];
        int end = line.indexOf('"', start + 1);
        while (line.charAt(end - 1) == '\\') {
            end = line.indexOf('"', end + 1);
        }
        return line.substring(0, start) + value + line.substring(end + 1);
    }

    private static int[] valueStarts(String line) {
        int[] starts = new int[64];
        int count = 0;
        for (int at = line.indexOf(':'); at >= 0 && count < starts.length; at = line.indexOf(':', at + 1)) {
            int quote = line.startsWith("\"", at + 1) ? at + 1 : line.startsWith(" \"", at + 1) ? at + 2 : -1;
            if (quote > 0) {
                starts[count++] = quote;
            }
        }
        return Arrays.copyOf(starts, Math.max(1, count));
    }

    private static String huge(String line, Random random) {
        return replacedValue(line, random, "\"" + "tell ".repeat(1 + random.nextInt(40_000)) + "\"");
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static byte[] renamed(String line, Random random) {
        List<String> names = List.of(
                "prompt",
                "chosen",
                "rejected",
                "completion",
                "label",
                "messages",
                "text",
                "completions",
                "scores",
                "score");
        List<String> there =
                names.stream().filter(name -> line.contains("\"" + name + "\"")).toList();
        String name = there.get(random.nextInt(there.size()));
        String other = random.nextBoolean() ? name.toUpperCase(java.util.Locale.ROOT) : name + " ";
        return utf8(line.replace("\"" + name + "\"", "\"" + other + "\""));
    }

    private static byte[] flipped(String line, Random random) {
        byte[] bytes = utf8(line);
        for (int i = 0; i < 3; i++) {
            bytes[random.nextInt(bytes.length)] = notANewline((byte) random.nextInt(256));
        }
        return bytes;
    }

    private static byte notANewline(byte value) {
        return value == '\n' ? (byte) 0 : value;
    }

    /** Half of a surrogate pair as three bytes, which Java's writers of modified UTF-8 make. */
    private static byte[] surrogateBytes(String line, Random random) {
        byte[] bytes = utf8(line);
        int at = random.nextInt(bytes.length);
        ByteArrayOutputStream damaged = new ByteArrayOutputStream();
        damaged.write(bytes, 0, at);
        damaged.writeBytes(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0xBD});
        damaged.write(bytes, at, bytes.length - at);
        return damaged.toByteArray();
    }
}
