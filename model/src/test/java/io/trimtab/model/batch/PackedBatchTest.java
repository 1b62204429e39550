package io.trimtab.model.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackedBatchTest {

    private static final Example PAIR = new Example(
            "pair",
            new int[] {10, 11, 12},
            List.of(
                    new Completion(new int[] {20, 21}, CompletionRole.CHOSEN),
                    new Completion(new int[] {30}, CompletionRole.REJECTED)));
    private static final Example TEXT =
            new Example("text", new int[0], List.of(new Completion(new int[] {40, 41, 42}, CompletionRole.TARGET)));

    @Test
    void eachPromptStandsOnceWithItsCompletionsBehindIt() {
        PackedBatch batch = PackedBatch.of(List.of(PAIR, TEXT));
        assertThat(batch.tokens()).containsExactly(10, 11, 12, 20, 21, 30, 40, 41, 42);
        assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 4, 3, 0, 1, 2);
        assertThat(batch.packedTokens()).isEqualTo(9);
        assertThat(batch.lastPosition()).isEqualTo(4);
        assertThat(batch.sequences()).isEqualTo(3);
        assertThat(batch.completions()).hasSize(3);
    }

    @Test
    void aTokenIsPredictedByTheRowBeforeItAFirstOneByThePromptsLast() {
        PackedBatch batch = PackedBatch.of(List.of(PAIR, TEXT));
        assertThat(batch.targets()).containsExactly(20, 21, 30, 41, 42);
        assertThat(batch.predictingRows()).containsExactly(2, 3, 2, 6, 7);
        assertThat(batch.tokenCounts()).containsExactly(2, 1, 2);
        assertThat(batch.predictedTokens()).isEqualTo(5);
    }

    @Test
    void anEmptyBatchHasNothing() {
        PackedBatch batch = PackedBatch.of(List.of());
        assertThat(batch.packedTokens()).isZero();
        assertThat(batch.sequences()).isZero();
        assertThat(batch.lastPosition()).isEqualTo(-1);
    }

    @Test
    void microBatchesAreFilledInOrder() {
        assertThat(MicroBatches.split(List.of(PAIR, TEXT, TEXT, PAIR), 9))
                .containsExactly(List.of(PAIR, TEXT), List.of(TEXT, PAIR));
        assertThat(MicroBatches.split(List.of(PAIR, TEXT, TEXT), 6))
                .containsExactly(List.of(PAIR), List.of(TEXT, TEXT));
    }

    @Test
    void anExampleAboveTheLimitIsAlone() {
        assertThat(MicroBatches.split(List.of(TEXT, PAIR, TEXT), 3))
                .containsExactly(List.of(TEXT), List.of(PAIR), List.of(TEXT));
        assertThat(MicroBatches.split(List.of(), 3)).isEmpty();
        assertThatThrownBy(() -> MicroBatches.split(List.of(TEXT), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A micro-batch needs at least one token: 0");
    }
}
