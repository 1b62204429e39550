package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.weights.ModelFolderException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackingTest {

    @Test
    void packedExamplesAreWhatEachWouldBeAlone() {
        List<Example> examples = Tiny.pairs(7, 3);
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            double[] packed = policy.logProbs(PackedBatch.of(examples));
            List<Double> alone = new ArrayList<>();
            for (Example example : examples) {
                for (double logProb : policy.logProbs(PackedBatch.of(List.of(example)))) {
                    alone.add(logProb);
                }
            }
            assertClose(packed, alone);
        }
    }

    @Test
    void aSharedPromptIsWhatACopyForEachCompletionWouldBe() {
        List<Example> examples = Tiny.pairs(7, 4);
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            double[] shared = policy.logProbs(PackedBatch.of(examples));
            List<Double> copied = new ArrayList<>();
            for (Example example : examples) {
                for (Completion completion : example.completions()) {
                    Example single = new Example("single", example.prompt(), List.of(completion));
                    copied.add(policy.logProbs(PackedBatch.of(List.of(single)))[0]);
                }
            }
            assertClose(shared, copied);
        }
    }

    @Test
    void manyCompletionsShareOnePrompt() {
        SplittableRandom random = new SplittableRandom(5);
        int[] prompt = Tiny.ids(random, 6);
        List<Completion> completions = new ArrayList<>();
        List<Double> alone = new ArrayList<>();
        try (Policy policy = Tiny.policy(false, Tiny.doubles())) {
            for (int c = 0; c < 5; c++) {
                Completion completion = new Completion(Tiny.ids(random, 1 + 3 * c), CompletionRole.REJECTED);
                completions.add(completion);
                Example single = new Example("single", prompt, List.of(completion));
                alone.add(policy.logProbs(PackedBatch.of(List.of(single)))[0]);
            }
            assertClose(policy.logProbs(PackedBatch.of(List.of(new Example("all", prompt, completions)))), alone);
        }
    }

    /** Long enough that attention takes prompts and completions apart. */
    @Test
    void longExamplesTakenApartAreWhatACopyForEachCompletionWouldBe() {
        SplittableRandom random = new SplittableRandom(6);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            examples.add(new Example(
                    "long-" + i,
                    Tiny.ids(random, i == 0 ? 0 : 20 + random.nextInt(20)),
                    List.of(
                            new Completion(Tiny.ids(random, 80 + i), CompletionRole.CHOSEN),
                            new Completion(Tiny.ids(random, 88 - 20 * i), CompletionRole.REJECTED))));
        }
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            double[] packed = policy.logProbs(PackedBatch.of(examples));
            double[] derivatives = Tiny.derivatives(packed.length);
            policy.backward(policy.forward(PackedBatch.of(examples)), derivatives);
            double[] gradients = Tiny.gradients(policy);
            policy.zeroGradients();
            int at = 0;
            for (Example example : examples) {
                for (Completion completion : example.completions()) {
                    ForwardPass pass = policy.forward(
                            PackedBatch.of(List.of(new Example("single", example.prompt(), List.of(completion)))));
                    assertThat(packed[at]).isCloseTo(pass.logProbs()[0], within(1e-10));
                    policy.backward(pass, new double[] {derivatives[at++]});
                }
            }
            assertThat(gradients).containsExactly(Tiny.gradients(policy), within(1e-9));
        }
    }

    /** log p(x1 | x0) + … : the first token of a text without a prompt is given. */
    @Test
    void theFirstTokenBehindAnEmptyPromptHasNoLogProb() {
        int[] ids = {3, 1, 4, 1, 5};
        Example split = new Example(
                "split", new int[] {3}, List.of(new Completion(new int[] {1, 4, 1, 5}, CompletionRole.TARGET)));
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            PackedBatch batch = PackedBatch.of(List.of(Tiny.text(ids), split, Tiny.text(7)));
            assertThat(batch.tokenCounts()).containsExactly(4, 4, 0);
            double[] logProbs = policy.logProbs(batch);
            assertThat(logProbs[0]).isCloseTo(logProbs[1], within(1e-12)).isNegative();
            assertThat(logProbs[2]).isZero();
        }
    }

    @Test
    void aBatchOfUnpredictedTokensChangesNothing() {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            PackedBatch batch = PackedBatch.of(List.of(Tiny.text(7), Tiny.text(8)));
            ForwardPass pass = policy.forward(batch);
            assertThat(pass.logProbs()).containsExactly(0, 0);
            policy.backward(pass, new double[] {1, 1});
            assertThat(policy.argmaxHits(batch)).hasDimensions(2, 0);
            assertThat(Tiny.gradients(policy)).containsOnly(0);
        }
    }

    @Test
    void probabilitiesOfAllWordsAddUpToOne() {
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            List<Completion> words = new ArrayList<>();
            for (int word = 0; word < Tiny.WORDS; word++) {
                words.add(new Completion(new int[] {word}, CompletionRole.TARGET));
            }
            PackedBatch batch = PackedBatch.of(List.of(new Example("words", new int[] {1, 9, 30}, words)));
            double sum = 0;
            int best = 0;
            double[] logProbs = policy.logProbs(batch);
            for (int word = 0; word < logProbs.length; word++) {
                sum += Math.exp(logProbs[word]);
                best = logProbs[word] > logProbs[best] ? word : best;
            }
            assertThat(sum).isCloseTo(1, within(1e-12));
            boolean[][] hits = policy.argmaxHits(batch);
            for (int word = 0; word < hits.length; word++) {
                assertThat(hits[word]).containsExactly(word == best);
            }
        }
    }

    @Test
    void tokenLogProbsAddUpToTheCompletions() {
        try (Policy policy = Tiny.policy(true, OnDevice.inference(1))) {
            PackedBatch batch = PackedBatch.of(Tiny.pairs(3, 9));
            float[][] tokens = policy.tokenLogProbs(batch);
            double[] sums = policy.logProbs(batch);
            for (int c = 0; c < sums.length; c++) {
                double sum = 0;
                for (float token : tokens[c]) {
                    sum += token;
                }
                assertThat(sum).isEqualTo(sums[c]);
                assertThat(tokens[c]).hasSize(batch.tokenCounts()[c]);
            }
        }
    }

    @Test
    void theForwardPassWithAGraphComputesTheSameBits() {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            PackedBatch batch = PackedBatch.of(Tiny.pairs(4, 2));
            try (ForwardPass pass = policy.forward(batch)) {
                assertThat(pass.logProbs()).isEqualTo(policy.logProbs(batch));
            }
        }
    }

    @Test
    void aSequenceBeyondTheModelsPositionsIsRefused() {
        try (Policy policy = Tiny.policy(true, OnDevice.inference(1))) {
            assertThatThrownBy(() -> policy.logProbs(PackedBatch.of(List.of(Tiny.text(new int[129])))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Cannot compute a sequence of 129 tokens: the model has 128 positions; lower data.max-length");
            assertThat(policy.logProbs(PackedBatch.of(List.of(Tiny.text(new int[128])))))
                    .hasSize(1);
        }
    }

    @Test
    void anIdOutsideTheVocabularyIsRefused() {
        try (Policy policy = Tiny.policy(true, OnDevice.inference(1))) {
            assertThatThrownBy(() -> policy.logProbs(PackedBatch.of(List.of(Tiny.text(1, 37, 2)))))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessage(
                            "Cannot compute row text: it has token id 37, and the model's vocabulary has 37 words; is this the model's own tokenizer?");
        }
    }

    private static void assertClose(double[] actual, List<Double> expected) {
        assertThat(actual).hasSize(expected.size());
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("completion %d", i).isCloseTo(expected.get(i), within(1e-11));
        }
    }
}
