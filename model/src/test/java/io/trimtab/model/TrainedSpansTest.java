package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.LossSums;
import io.trimtab.model.loss.LossTerms;
import io.trimtab.model.loss.SequenceLoss;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A conversation whose user turns are context: the loss of transformers where the other labels are -100. */
class TrainedSpansTest {
    private static final int[] PROMPT = {1, 403, 407, 261};
    private static final int[] TURNS = {378, 298, 267, 376, 410, 414, 396, 358, 291, 432};
    private static final Example EXAMPLE =
            new Example("turns", PROMPT, List.of(new Completion(TURNS, CompletionRole.TARGET, new int[] {0, 3, 6, 9})));

    /** transformers 5.24 and torch 2.15 in float64, labels of the tokens outside the spans -100: mean loss, and the norm of its gradient. */
    private static final double LOSS = 9.128217697143555;

    private static final double GRADIENT_NORM = 50.727414085063344;

    @ParameterizedTest
    @EnumSource(value = Precision.class, mode = EnumSource.Mode.EXCLUDE, names = "BF16")
    void lossAndGradientAreThoseOfTransformers(Precision precision) {
        try (Policy policy = Golden.stories260k(OnDevice.training(1).withPrecision(precision))) {
            PackedBatch batch = PackedBatch.of(List.of(EXAMPLE));
            ForwardPass pass = policy.forward(batch);
            LossTerms terms = SequenceLoss.of(new LossSettings("sft", 0.1, 0, 1, 1))
                    .of(batch.examples(), pass.logProbs(), new double[0], pass.tokenCounts(), 0);
            policy.backward(pass, terms.logProbGradients());
            LossSums sums = terms.sums();
            // transformers keeps its rotary angles and its loss in float32.
            double tolerance = precision == Precision.FP64 ? 2e-7 : 2e-4;

            assertThat(pass.tokenCounts()).containsExactly(6);
            assertThat(sums.metrics().get("loss")).isCloseTo(LOSS, within(tolerance * LOSS));
            double squares = 0;
            for (TensorSpec tensor : policy.tensors()) {
                for (long i = 0; i < tensor.elements(); i++) {
                    double gradient = policy.gradients(tensor.id()).get(i) / sums.denominator();
                    squares += gradient * gradient;
                }
            }
            assertThat(Math.sqrt(squares)).isCloseTo(GRADIENT_NORM, within(tolerance * GRADIENT_NORM));
        }
    }

    @Test
    void onlyTrainedTokensArePredictedAndTheOthersStayContext() {
        PackedBatch batch = PackedBatch.of(List.of(EXAMPLE));
        assertThat(batch.tokens()).hasSize(14).endsWith(TURNS);
        assertThat(batch.targets()).containsExactly(378, 298, 267, 396, 358, 291);
        assertThat(batch.predictingRows()).containsExactly(3, 4, 5, 9, 10, 11);
        assertThat(batch.tokenCounts()).containsExactly(6);
    }

    @Test
    void aTrainedFirstTokenBehindAnEmptyPromptHasNoLogProb() {
        Completion turns = new Completion(TURNS, CompletionRole.TARGET, new int[] {0, 2, 4, 5});
        PackedBatch batch = PackedBatch.of(List.of(new Example("bare", new int[0], List.of(turns))));
        assertThat(batch.targets()).containsExactly(298, 410);
        Completion later = new Completion(TURNS, CompletionRole.TARGET, new int[] {1, 2, 4, 5});
        assertThat(PackedBatch.of(List.of(new Example("bare", new int[0], List.of(later))))
                        .targets())
                .containsExactly(298, 410);
    }
}
