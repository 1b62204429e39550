package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.model.parts.Attention;
import io.trimtab.model.parts.DecoderParts;
import io.trimtab.model.parts.Multipliers;
import io.trimtab.model.parts.Norms;
import io.trimtab.model.parts.Projections;
import io.trimtab.model.parts.QueryKeyNorm;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelCostTest {

    /** Hidden 24, MLP 40, 2 layers, 4 heads of 8 on 2 key/value heads, 37 words. */
    private static final ModelArchitecture LLAMA = Tiny.architecture(true);

    @Test
    void flopsAreTwoPerWeightOfAMatrix() {
        ModelCost cost = new ModelCost(LLAMA);
        long layer = 24 * 32 + 2 * 24 * 16 + 32 * 24 + 3 * 24 * 40;
        assertThat(cost.layerFlops()).isEqualTo(2 * 2 * layer);
        assertThat(cost.headFlops()).isEqualTo(2 * 37 * 24);
    }

    @Test
    void aTrainingPassIsThreeForwardPassesAndFourWhereSomethingIsComputedAgain() {
        ModelCost cost = new ModelCost(LLAMA);
        assertThat(cost.trainingFlops(10, 4, false)).isEqualTo(3 * cost.scoringFlops(10, 4));
        assertThat(cost.trainingFlops(10, 4, true)).isEqualTo(4 * 10 * cost.layerFlops() + 3 * 4 * cost.headFlops());
        long many = LogProbHead.DEFAULT_BUDGET / 37 + 1;
        assertThat(cost.trainingFlops(0, many, false)).isEqualTo(4 * many * cost.headFlops());
    }

    @Test
    void fusingMatricesChangesNoFlops() {
        ModelArchitecture fused = with(Norms.BEFORE, new Projections(true, false, false, false), QueryKeyNorm.NONE, 0);
        assertThat(new ModelCost(fused).layerFlops()).isEqualTo(new ModelCost(LLAMA).layerFlops());
    }

    @Test
    void keptNumbersFollowTheParts() {
        long plain = 2 * (4 * 24 + 3 * 32 + 2 * 16 + 2 * 32 + 2 * 40);
        assertThat(new ModelCost(LLAMA).keptNumbers(100)).isEqualTo(plain);
        ModelArchitecture gemma = with(Norms.AROUND, Projections.PLAIN, QueryKeyNorm.PER_HEAD, 50);
        long more = 2 * (6 * 24 + 2 * (32 + 16) + 2 * 4 * 100 + 2 * 40);
        assertThat(new ModelCost(gemma).keptNumbers(100)).isEqualTo(plain + more);
    }

    @Test
    void logitsAreBoundedByTheirBudget() {
        ModelCost cost = new ModelCost(LLAMA);
        long weight = 37 * 24;
        assertThat(cost.headBytes(10, Precision.FP32)).isEqualTo(4 * 10 * 37 + 4 * weight);
        assertThat(cost.headBytes(10, Precision.BF16)).isEqualTo(2 * 10 * 37 + (2 + 4) * weight);
        assertThat(cost.headBytes(100, Precision.BF16)).isEqualTo((2 + 2 * 4) * 100 * 37);
        assertThat(cost.headBytes(1L << 40, Precision.FP32))
                .isEqualTo(4 * LogProbHead.DEFAULT_BUDGET + 2 * 4 * LogProbHead.AT_ONCE);
    }

    private static ModelArchitecture with(Norms norms, Projections projections, QueryKeyNorm normed, double softCap) {
        DecoderParts plain = LLAMA.parts();
        DecoderParts parts = new DecoderParts(
                norms,
                false,
                projections,
                normed,
                plain.activation(),
                new Attention(plain.attention().scale(), softCap),
                Multipliers.NONE,
                plain.layerKinds());
        return new ModelArchitecture(
                "other", 37, 24, 40, 2, 4, 2, 8, 128, 1e-5, true, 0.02, null, 1, List.of(2), parts);
    }
}
