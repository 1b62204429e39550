package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class InitialWeightsTest {

    private static final ModelArchitecture ARCHITECTURE =
            ModelArchitecture.llama(141, 64, 128, 2, 4, 4, 16, 64, 10000, 1e-5, false, 0.02, 1, List.of(2));

    @Test
    void deviationsFollowTheTensorsPlace() {
        for (TensorSpec tensor : ARCHITECTURE.tensors()) {
            float[] drawn = draw(1, tensor, 0, (int) tensor.elements());
            if (tensor.name().endsWith("norm.weight")) {
                assertThat(drawn).containsOnly(1f);
                continue;
            }
            boolean words =
                    tensor.name().contains("embed_tokens") || tensor.name().contains("lm_head");
            boolean intoStream =
                    tensor.name().contains("o_proj") || tensor.name().contains("down_proj");
            // 1/8 = 64^-1/2 and 1/16 = (2 * 2 * 64)^-1/2
            double expected = words ? 0.02 : intoStream ? 1 / 16.0 : 1 / 8.0;
            double mean = 0;
            double square = 0;
            for (float value : drawn) {
                mean += value / drawn.length;
                square += (double) value * value / drawn.length;
            }
            double fiveErrors = 5 / Math.sqrt(drawn.length);
            assertThat(mean).as("mean of %s", tensor).isCloseTo(0, within(fiveErrors * expected));
            assertThat(Math.sqrt(square))
                    .as("deviation of %s", tensor)
                    .isCloseTo(expected, within(fiveErrors * expected));
        }
    }

    @Test
    void normalsHaveNormalTails() {
        TensorSpec tensor = new TensorSpec(3, "model.layers.0.mlp.up_proj.weight", new long[] {400, 500});
        float[] drawn = draw(9, tensor, 0, 200_000);
        int beyondTwo = 0;
        for (float value : drawn) {
            beyondTwo += Math.abs(value) > 2 / 8.0 ? 1 : 0;
        }
        // P(|z| > 2) = 0.0455; five standard errors
        assertThat(beyondTwo / 200_000.0).isCloseTo(0.0455, within(5 * Math.sqrt(0.0455 * 0.9545 / 200_000)));
    }

    @Test
    void anEntryDependsOnSeedTensorAndIndexAlone() {
        TensorSpec tensor = ARCHITECTURE.tensors().get(0);
        float[] whole = draw(5, tensor, 0, 100);
        float[] part = draw(5, tensor, 37, 20);
        for (int i = 0; i < part.length; i++) {
            assertThat(part[i]).isEqualTo(whole[37 + i]);
        }
        assertThat(draw(6, tensor, 0, 100)).isNotEqualTo(whole);
        assertThat(draw(5, new TensorSpec(1, tensor.name(), tensor.shape()), 0, 100))
                .isNotEqualTo(whole);
    }

    @Test
    void aFreshPolicyHoldsThem() {
        try (Policy policy = Policy.initialize(ARCHITECTURE, 5, OnDevice.inference(1))) {
            for (TensorSpec tensor : policy.tensors()) {
                float[] held = new float[(int) tensor.elements()];
                policy.readWeights(tensor.id(), 0, held, 0, held.length);
                assertThat(held).isEqualTo(draw(5, tensor, 0, held.length));
            }
        }
    }

    private static float[] draw(long seed, TensorSpec tensor, long offset, int length) {
        float[] target = new float[length];
        new InitialWeights(ARCHITECTURE, seed).readFloats(tensor, offset, target, 0, length);
        return target;
    }
}
