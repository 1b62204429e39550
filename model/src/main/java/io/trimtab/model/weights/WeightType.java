package io.trimtab.model.weights;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * How weights lie on disk. Computing is in fp32: reading F16 and BF16 is exact, reading F64 rounds; writing rounds to the nearest value, ties to even.
 */
public enum WeightType {
    F64(8, "float64"),
    F32(4, "float32"),
    F16(2, "float16"),
    BF16(2, "bfloat16");

    private static final int PART = 1 << 14;

    private final int bytes;
    private final String configName;

    WeightType(int bytes, String configName) {
        this.bytes = bytes;
        this.configName = configName;
    }

    /** Bytes of one entry. */
    public int bytes() {
        return bytes;
    }

    /** Hugging Face's word in config.json: float32, float16, bfloat16. */
    public String configName() {
        return configName;
    }

    /** By Hugging Face's word, with or without torch's prefix. */
    public static Optional<WeightType> ofConfigName(String name) {
        String word = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
        return Arrays.stream(values())
                .filter(type -> type.configName.equals(word))
                .findFirst();
    }

    /** By the safetensors name. */
    static Optional<WeightType> ofDtype(String dtype) {
        for (WeightType type : values()) {
            if (type.name().equals(dtype)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** Reads {@code length} entries from the buffer's position on; the buffer is little endian. */
    void decode(ByteBuffer source, float[] target, int at, int length) {
        if (this == F32) {
            source.asFloatBuffer().get(target, at, length);
            return;
        }
        if (this == F64) {
            DoubleBuffer doubles = source.asDoubleBuffer();
            for (int i = 0; i < length; i++) {
                target[at + i] = (float) doubles.get();
            }
            return;
        }
        // In bulk through a small array: single accesses to a buffer cost several times the conversion.
        ShortBuffer halves = source.asShortBuffer();
        short[] part = new short[Math.min(length, PART)];
        for (int done = 0; done < length; done += PART) {
            int count = Math.min(PART, length - done);
            halves.get(part, 0, count);
            for (int i = 0; i < count; i++) {
                target[at + done + i] = this == F16 ? HalfFloat.toFloat(part[i]) : Float.intBitsToFloat(part[i] << 16);
            }
        }
    }

    /** Appends the first {@code length} entries; the buffer is little endian. */
    void encode(float[] source, int length, ByteBuffer target) {
        encode(source, 0, length, target);
    }

    /** Appends {@code length} entries from index {@code at} on; the buffer is little endian. */
    void encode(float[] source, int at, int length, ByteBuffer target) {
        if (this == F32) {
            target.asFloatBuffer().put(source, at, length);
        } else if (this == F64) {
            DoubleBuffer doubles = target.asDoubleBuffer();
            for (int i = 0; i < length; i++) {
                doubles.put(source[at + i]);
            }
        } else {
            short[] halves = new short[length];
            for (int i = 0; i < length; i++) {
                halves[i] = this == F16 ? HalfFloat.ofFloat(source[at + i]) : toBfloat16(source[at + i]);
            }
            target.asShortBuffer().put(halves);
        }
        target.position(target.position() + length * bytes);
    }

    private static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // Rounding could carry a NaN into an infinity: keep its head and set the quiet bit.
            return (short) ((bits >>> 16) | 0x40);
        }
        int roundToEven = 0x7fff + ((bits >>> 16) & 1);
        return (short) ((bits + roundToEven) >>> 16);
    }
}
