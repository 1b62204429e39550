package io.trimtab.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WeightTypeTest {

    /** Expected bits by the definition of the formats (IEEE 754-2019, section 3.6; bfloat16 is the upper half of binary32). */
    @ParameterizedTest
    @CsvSource({
        "F16,  1.0, 3c00",
        "F16, -2.0, c000",
        "F16, 65504.0, 7bff",
        "F16, 65519.996, 7bff",
        "F16, 65520.0, 7c00",
        "F16, 6.1035156e-5, 0400",
        "F16, 5.9604645e-8, 0001",
        "F16, 2.9802322e-8, 0000",
        "F16, 2.98023259e-8, 0001",
        "F16, 8.940697e-8, 0002",
        "F16, 6.100535e-5, 03ff",
        "F16, 6.10053539276123e-5, 0400",
        "F16, 6.102025e-5, 0400",
        "F16, -0.0, 8000",
        "F16, 1.00048828125, 3c00",
        "F16, 1.00146484375, 3c02",
        "F16, Infinity, 7c00",
        "F16, -Infinity, fc00",
        "BF16, 1.0, 3f80",
        "BF16, 1.00390625, 3f80",
        "BF16, 1.01171875, 3f82",
        "BF16, 1.0039064, 3f81",
        "BF16, 3.4028235e38, 7f80",
        "BF16, -Infinity, ff80",
        "BF16, -0.0, 8000",
        "BF16, 1.4e-45, 0000"
    })
    void roundsToTheNearestTiesToEven(WeightType type, float value, String hex) {
        assertThat(Integer.toHexString(Short.toUnsignedInt(bits(type, value))))
                .isEqualTo(hex.replaceFirst("^0+(?=.)", ""));
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void everyValueComesBack(WeightType type) {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = value(type, (short) bits);
            if (Float.isNaN(value)) {
                assertThat(value(type, bits(type, value))).isNaN();
            } else {
                assertThat(bits(type, value)).as("bits %x", bits).isEqualTo((short) bits);
            }
        }
    }

    /** The neighbours of every finite value lie one step apart, so their middle decides rounding. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void middlesGoToTheEvenNeighbour(WeightType type) {
        int largest = type == WeightType.F16 ? 0x7bff : 0x7f7f;
        for (int bits = 0; bits < largest; bits++) {
            double middle = ((double) value(type, (short) bits) + value(type, (short) (bits + 1))) / 2;
            if ((float) middle == middle) {
                int even = (bits & 1) == 0 ? bits : bits + 1;
                assertThat(bits(type, (float) middle)).as("above %x", bits).isEqualTo((short) even);
                assertThat(bits(type, Math.nextUp((float) middle))).isEqualTo((short) (bits + 1));
                assertThat(bits(type, Math.nextDown((float) middle))).isEqualTo((short) bits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"7f800001", "7fc00000", "ffffffff", "7f80ffff"})
    void aNaNNeverBecomesInfinite(String hex) {
        float nan = Float.intBitsToFloat(Integer.parseUnsignedInt(hex, 16));
        assertThat(value(WeightType.F16, bits(WeightType.F16, nan))).isNaN();
        assertThat(value(WeightType.BF16, bits(WeightType.BF16, nan))).isNaN();
    }

    @Test
    void namesAreHuggingFaces() {
        assertThat(WeightType.ofDtype("BF16")).contains(WeightType.BF16);
        assertThat(WeightType.ofDtype("F8_E4M3")).isEmpty();
        assertThat(WeightType.F16.configName()).isEqualTo("float16");
        assertThat(WeightType.ofConfigName("torch.bfloat16")).contains(WeightType.BF16);
        assertThat(WeightType.ofConfigName("float8_e4m3fn")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void longRangesAreReadInParts(WeightType type) {
        int length = 40_000;
        ByteBuffer bytes = ByteBuffer.allocate(2 + length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(2);
        float[] exact = new float[length];
        for (int i = 0; i < length; i++) {
            exact[i] = i % 251;
        }
        type.encode(exact, length, bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        float[] target = new float[length + 2];
        type.decode(bytes.position(2), target, 1, length);
        for (int i = 0; i < length; i++) {
            assertThat(target[1 + i]).isEqualTo(exact[i]);
        }
        assertThat(target[0]).isZero();
        assertThat(target[length + 1]).isZero();
    }

    private static short bits(WeightType type, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        type.encode(new float[] {value}, 1, bytes);
        return bytes.getShort(0);
    }

    private static float value(WeightType type, short bits) {
        float[] target = new float[1];
        type.decode(ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, bits), target, 0, 1);
        return target[0];
    }
}
