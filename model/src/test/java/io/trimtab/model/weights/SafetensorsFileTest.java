package io.trimtab.model.weights;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {

    private static final long ELEMENTS = 700_000_000;

    @TempDir
    Path temporary;

    /**
     * A sparse file of one tensor of 2.8 GB, whose data begin at every remainder of 4, read near places where Java's sizes end.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aTensorBeyondTwoGibibytesIsReadAtEveryPlace(int remainder) throws IOException {
        Path path = temporary.resolve("large.safetensors");
        int dataStart = writeSparse(path, remainder);
        long firstBorder = ((1L << 30) - dataStart) / 4;
        long secondBorder = ((2L << 30) - dataStart) / 4;
        long[] places = {0, firstBorder - 2, secondBorder - 2, ELEMENTS - 5};
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            for (long place : places) {
                file.seek(dataStart + 4 * place);
                file.write(numbers(place));
            }
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            SafetensorsHeader.Entry entry =
                    requireNonNull(file.header().entries().get("w"));
            for (long place : places) {
                float[] read = new float[5];
                file.read(entry, WeightType.F32, place, read, 0, 5);
                assertThat(read).as("from %d", place).containsExactly(expected(place));
            }
        }
    }

    @Test
    void anEmptyTensorAndOneWithoutDimensionsAreNoError() throws IOException {
        Path path = temporary.resolve("small.safetensors");
        SmallModel.writeRaw(
                path,
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[0,0]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
                4);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.header().entries()).containsOnlyKeys("a", "b");
        }
    }

    private static int writeSparse(Path path, int remainder) throws IOException {
        String header =
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[" + ELEMENTS + "],\"data_offsets\":[0," + 4 * ELEMENTS + "]}}";
        while ((8 + header.length()) % 4 != remainder) {
            header += " ";
        }
        SmallModel.writeRaw(path, header, 0);
        int dataStart = 8 + header.getBytes(StandardCharsets.UTF_8).length;
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(dataStart + 4 * ELEMENTS);
        }
        assertThat(Files.size(path)).isGreaterThan(Integer.MAX_VALUE);
        return dataStart;
    }

    private static byte[] numbers(long place) {
        ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : expected(place)) {
            bytes.putFloat(number);
        }
        return bytes.array();
    }

    private static float[] expected(long place) {
        float[] numbers = new float[5];
        for (int i = 0; i < 5; i++) {
            numbers[i] = 0.1f + i + place % 1000;
        }
        return numbers;
    }
}
