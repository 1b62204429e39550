package io.trimtab.merge.sparsify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.Golden;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MaskKeyTest {

    @Test
    void keysAndNumbersAreTheGoldenOnes() throws IOException {
        for (JsonNode golden : Golden.read("rng.json").get("golden")) {
            long seed = Long.parseLong(golden.get("seed").asText());
            int step = golden.get("step").asInt();
            int tensor = golden.get("param").asInt();
            long key = MaskKey.of(seed, step, tensor);
            assertThat(key)
                    .isEqualTo(Long.parseUnsignedLong(golden.get("key_hex").asText(), 16));
            assertThat(MaskKey.of(seed ^ 0x5441555F4D41534BL, step, tensor))
                    .isEqualTo(Long.parseUnsignedLong(
                            golden.get("tau_salted_key_hex").asText(), 16));
            double[] u = Golden.doubles(golden.get("u"));
            for (int i = 0; i < u.length; i++) {
                assertThat(MaskKey.bits(key, i) * 0x1.0p-53).isEqualTo(u[i]);
            }
            assertThat(kept(key, 1000, 0.1))
                    .isEqualTo(golden.get("kept_of_1000_at_0_1").asInt());
            String mask = golden.get("mask_32_at_0_5").asText();
            for (int i = 0; i < mask.length(); i++) {
                assertThat(MaskKey.bits(key, i) < MaskKey.threshold(0.5)).isEqualTo(mask.charAt(i) == '1');
            }
        }
    }

    @Test
    void numbersAreThoseOfSplittableRandom() {
        SplittableRandom random = new SplittableRandom(987654321L);
        for (int i = 0; i < 100; i++) {
            assertThat(MaskKey.bits(987654321L, i) * 0x1.0p-53).isEqualTo(random.nextDouble());
        }
    }

    /** u < p in doubles, for numbers next to p on both sides. */
    @Test
    void thresholdIsExact() {
        for (double share : new double[] {0.1, 0.5, 1.0 / 3.0, 1e-20, 1.0}) {
            long threshold = MaskKey.threshold(share);
            assertThat((threshold - 1) * 0x1.0p-53).isLessThan(share);
            assertThat(threshold * 0x1.0p-53).isGreaterThanOrEqualTo(share);
        }
    }

    private static int kept(long key, int count, double share) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            kept += MaskKey.bits(key, i) < MaskKey.threshold(share) ? 1 : 0;
        }
        return kept;
    }
}
