package io.trimtab.job.spark.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.BaseMismatch;
import io.trimtab.job.config.RefusedException;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.merge.scope.TensorPattern;
import io.trimtab.model.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaseFitTest {
    private static final TensorSpec NORM = new TensorSpec(1, "norm", new long[] {2});
    private static final List<TensorSpec> POLICY = List.of(new TensorSpec(0, "embed", new long[] {4, 2}), NORM);

    @Test
    void equalShapesFitWhole() {
        assertThat(BaseFit.of(POLICY, POLICY, BaseMismatch.REFUSE, TensorFilter.ALL, "b"))
                .isEqualTo(new BaseFit(List.of(8L, 2L), List.of()));
    }

    @Test
    void anotherVocabularyIsRefusedByNameWithTheWaysOut() {
        assertThatThrownBy(() -> BaseFit.of(POLICY, base(3, 2), BaseMismatch.REFUSE, TensorFilter.ALL, "models/base"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("models/base has embed[3, 2] where model.policy has embed[4, 2]")
                .hasMessageContaining("merge.mismatch = common-rows");
    }

    @Test
    void commonRowsHaveADeltaWhicheverModelHasMore() {
        BaseFit fewer = BaseFit.of(POLICY, base(3, 2), BaseMismatch.COMMON_ROWS, TensorFilter.ALL, "b");
        assertThat(fewer.common()).containsExactly(6L, 2L);
        assertThat(fewer.notes()).containsExactly("SFT delta of embed[4, 2]: of its first 3 rows, b has embed[3, 2]");
        assertThat(BaseFit.of(POLICY, base(9, 2), BaseMismatch.COMMON_ROWS, TensorFilter.ALL, "b")
                        .common())
                .containsExactly(8L, 2L);
        assertThat(BaseFit.of(POLICY, base(9, 2), BaseMismatch.NO_DELTA, TensorFilter.ALL, "b")
                        .common())
                .containsExactly(0L, 2L);
    }

    @Test
    void rowsOfAnotherLengthAreNotCommon() {
        assertThatThrownBy(() -> BaseFit.of(POLICY, base(4, 3), BaseMismatch.COMMON_ROWS, TensorFilter.ALL, "b"))
                .hasMessageContaining("embed[4, 3]")
                .hasMessageContaining("no-delta");
    }

    @Test
    void missingAndForeignTensorsAreRefusedByName() {
        assertThatThrownBy(() -> BaseFit.of(POLICY, List.of(NORM), BaseMismatch.REFUSE, TensorFilter.ALL, "b"))
                .hasMessageContaining("b has no tensor where model.policy has embed[4, 2]");
        assertThatThrownBy(() -> BaseFit.of(List.of(NORM), POLICY, BaseMismatch.REFUSE, TensorFilter.ALL, "b"))
                .hasMessageContaining("b has embed[4, 2] where model.policy has no tensor");
        assertThat(BaseFit.of(POLICY, List.of(NORM), BaseMismatch.NO_DELTA, TensorFilter.ALL, "b")
                        .common())
                .containsExactly(0L, 2L);
        assertThatThrownBy(() -> BaseFit.of(POLICY, List.of(), BaseMismatch.NO_DELTA, TensorFilter.ALL, "b"))
                .hasMessageContaining("no tensor of model.policy has its counterpart in b");
    }

    @Test
    void whatIsNotMergedFitsHoweverItLooks() {
        TensorFilter noEmbedding = TensorFilter.allBut(List.of(new TensorPattern("embed.*", "a test")));
        assertThat(BaseFit.of(POLICY, base(3, 7), BaseMismatch.REFUSE, noEmbedding, "b"))
                .isEqualTo(new BaseFit(List.of(0L, 2L), List.of()));
        assertThat(BaseFit.of(POLICY, POLICY, BaseMismatch.REFUSE, noEmbedding, "b")
                        .common())
                .as("but what fits is read, for the distance to the base")
                .containsExactly(8L, 2L);
        assertThat(BaseFit.of(List.of(NORM), POLICY, BaseMismatch.REFUSE, noEmbedding, "b")
                        .common())
                .containsExactly(2L);
    }

    @Test
    void baseReadsThePolicyWhereItHasNothing() {
        BaseFit fit = BaseFit.of(POLICY, base(3, 2), BaseMismatch.COMMON_ROWS, TensorFilter.ALL, "b");
        FittedBase weights = new FittedBase(
                POLICY,
                fit,
                (tensor, offset, target, at, length) -> Arrays.fill(target, at, at + length, 1.0f),
                (tensor, offset, target, at, length) -> Arrays.fill(target, at, at + length, 2.0f));
        float[] all = new float[11];
        weights.read(0, all, 1, 10);
        assertThat(all).containsExactly(0, 2, 2, 2, 2, 2, 2, 1, 1, 2, 2);
        float[] some = new float[3];
        weights.read(5, some, 0, 3);
        assertThat(some).containsExactly(2, 1, 1);
    }

    private static List<TensorSpec> base(long rows, long columns) {
        return List.of(new TensorSpec(0, "embed", new long[] {rows, columns}), NORM);
    }
}
