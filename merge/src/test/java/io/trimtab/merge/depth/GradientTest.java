package io.trimtab.merge.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class GradientTest {

    private static final Depths SEVEN = Depths.of(List.of(
            "model.embed_tokens.weight",
            "model.layers.0.mlp.up_proj.weight",
            "model.layers.6.mlp.up_proj.weight",
            "vision.blocks.0.attn.weight",
            "lm_head.weight"));

    @Test
    void depthRunsFromTheFirstLayerToTheLastOfEachStack() {
        assertThat(SEVEN.of("model.layers.0.norm.weight")).isZero();
        assertThat(SEVEN.of("model.layers.3.norm.weight")).isEqualTo(0.5);
        assertThat(SEVEN.of("model.layers.6.norm.weight")).isEqualTo(1.0);
        assertThat(SEVEN.of("vision.blocks.0.attn.weight")).as("the only layer").isEqualTo(1.0);
        assertThat(SEVEN.of("model.embed_tokens.weight")).isZero();
        assertThat(SEVEN.of("lm_head.weight")).as("as in mergekit").isZero();
    }

    /** Layer 1 of 7 is a third of the way from the first of three values to the second. */
    @Test
    void valuesLieOnStraightLinesOverTheDepth() {
        Gradient gradient = new Gradient(List.of(0.1, 0.5, 1.0));
        assertThat(gradient.at(SEVEN.of("model.layers.1.a"))).isCloseTo(0.1 + 0.4 / 3, within(1e-15));
        assertThat(gradient.at(SEVEN.of("model.layers.3.a"))).isEqualTo(0.5);
        assertThat(gradient.at(SEVEN.of("model.layers.6.a"))).isEqualTo(1.0);
    }

    @Test
    void equalValuesAreThatValueEverywhere() {
        Gradient gradient = new Gradient(List.of(0.1, 0.1, 0.1, 0.1));
        for (int layer = 0; layer <= 1000; layer++) {
            assertThat(gradient.at(Depths.at(layer, 1001))).isEqualTo(0.1);
        }
    }
}
