package io.trimtab.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.OnDevice;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GeneratorTest {

    private static final int WORDS = 11;
    private static final int POSITIONS = 24;
    private static final ModelArchitecture ARCHITECTURE =
            ModelArchitecture.llama(WORDS, 16, 24, 2, 4, 2, 4, POSITIONS, 10000, 1e-5, true, 0.02, 1, List.of(2));

    private final Policy policy = Policy.of(
            ARCHITECTURE,
            (tensor, offset, target, at, length) -> {
                for (int i = 0; i < length; i++) {
                    target[at + i] = (float) Math.sin(1.7 * tensor.id() + 0.9 * (offset + i) * (offset + i + 1));
                }
            },
            OnDevice.inference(1));

    @AfterEach
    void close() {
        policy.close();
    }

    @Test
    void greedyTakesWhatTheWholeForwardPassFindsMostProbable() {
        List<int[]> prompts = prompts(9);
        List<int[]> texts = texts(prompts, GenerationSettings.greedy(8, Set.of()));
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(texts.get(i)).hasSize(8);
            Example read =
                    new Example("read", prompts.get(i), List.of(new Completion(texts.get(i), CompletionRole.TARGET)));
            assertThat(policy.argmaxHits(PackedBatch.of(List.of(read)))[0]).containsOnly(true);
        }
    }

    @Test
    void aPromptIsContinuedAloneAsAmongOthers() {
        List<int[]> prompts = prompts(9);
        GenerationSettings settings = GenerationSettings.greedy(8, Set.of());
        List<int[]> together = texts(prompts, settings);
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(texts(List.of(prompts.get(i)), settings).get(0)).isEqualTo(together.get(i));
        }
    }

    @Test
    void anEndOfTextEndsItAndIsPartOfIt() {
        List<int[]> prompts = prompts(30);
        Set<Integer> ends = Set.of(3, 4);
        List<int[]> free = texts(prompts, GenerationSettings.greedy(12, Set.of()));
        List<int[]> ended = texts(prompts, GenerationSettings.greedy(12, ends));
        int early = 0;
        for (int i = 0; i < prompts.size(); i++) {
            int length = 0;
            while (length < 12 && !(length > 0 && ends.contains(free.get(i)[length - 1]))) {
                length++;
            }
            assertThat(ended.get(i)).isEqualTo(Arrays.copyOf(free.get(i), length));
            early += length < 12 ? 1 : 0;
        }
        assertThat(early).isPositive();
    }

    @Test
    void textsEndAtTheModelsLastPosition() {
        List<int[]> prompts = List.of(new int[POSITIONS - 3], new int[POSITIONS], new int[] {1});
        List<int[]> texts = texts(prompts, GenerationSettings.greedy(100, Set.of()));
        assertThat(texts.stream().map(text -> text.length)).containsExactly(3, 0, POSITIONS - 1);
    }

    @Test
    void samplesRepeatForASeedAndDifferBetweenSeeds() {
        List<int[]> prompts = prompts(5);
        List<int[]> first = texts(prompts, sampling(1, 20));
        assertThat(texts(prompts, sampling(1, 20))).containsExactlyElementsOf(first);
        assertThat(texts(prompts, sampling(2, 20))).isNotEqualTo(first);
    }

    @Test
    void samplesFollowTheModelsDistribution() {
        int[] prompt = {1, 5, 9};
        int draws = 20_000;
        List<int[]> texts = texts(Collections.nCopies(draws, prompt), sampling(3, 1));
        double[] expected = distribution(prompt);
        for (int word = 0; word < WORDS; word++) {
            int wanted = word;
            double share = texts.stream().filter(text -> text[0] == wanted).count() / (double) draws;
            double fourDeviations = 4 * Math.sqrt(expected[word] * (1 - expected[word]) / draws);
            assertThat(share).as("word %d", word).isCloseTo(expected[word], within(fourDeviations + 1e-9));
        }
    }

    @Test
    void aSmallTemperatureIsGreedy() {
        List<int[]> prompts = prompts(20);
        List<int[]> cold = texts(prompts, new GenerationSettings(5, Sampling.atTemperature(1e-4), 1, Set.of()));
        assertThat(cold).containsExactlyElementsOf(texts(prompts, GenerationSettings.greedy(5, Set.of())));
    }

    @Test
    void aSampleDoesNotDependOnWhatIsContinuedBesideIt() {
        List<int[]> prompts = prompts(9);
        GenerationSettings settings = sampling(5, 12);
        List<int[]> together = texts(prompts, settings);
        List<int[]> backwards = new ArrayList<>(prompts);
        Collections.reverse(backwards);
        List<int[]> reversed = texts(backwards, settings);
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(reversed.get(prompts.size() - 1 - i)).isEqualTo(together.get(i));
            assertThat(texts(List.of(prompts.get(i)), settings).get(0)).isEqualTo(together.get(i));
        }
    }

    @Test
    void thePromptAskedTwiceGetsTwoTexts() {
        int[] prompt = {1, 5, 9};
        List<int[]> texts = texts(List.of(prompt, prompt), sampling(3, 20));
        assertThat(texts.get(0)).isNotEqualTo(texts.get(1));
    }

    @Test
    void logProbsAreTheModelsOwnWhateverTheSampling() {
        List<int[]> prompts = prompts(6);
        Sampling sampling = new Sampling(0.7, 5, 0.9, 1.3);
        List<Continuation> texts = continuations(prompts, new GenerationSettings(6, sampling, 8, Set.of()));
        for (int i = 0; i < prompts.size(); i++) {
            Completion written = new Completion(texts.get(i).ids(), CompletionRole.TARGET);
            Example read = new Example("read", prompts.get(i), List.of(written));
            assertThat(texts.get(i).logProb())
                    .isCloseTo(policy.logProbs(PackedBatch.of(List.of(read)))[0], within(1e-4));
        }
    }

    @Test
    void theListenerHearsEveryTokenInOrder() {
        List<int[]> prompts = prompts(4);
        List<List<Integer>> heard = new ArrayList<>();
        prompts.forEach(prompt -> heard.add(new ArrayList<>()));
        List<Continuation> texts = new Generator(
                        policy,
                        sampling(1, 7),
                        (prompt, token) -> heard.get(prompt).add(token))
                .generate(prompts);
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(heard.get(i))
                    .containsExactlyElementsOf(
                            Arrays.stream(texts.get(i).ids()).boxed().toList());
        }
    }

    @Test
    void theFinishTellsAnEndOfTextFromTheLastAllowedToken() {
        List<Continuation> texts = continuations(prompts(30), GenerationSettings.greedy(12, Set.of(3, 4)));
        for (Continuation text : texts) {
            int last = text.ids()[text.ids().length - 1];
            assertThat(text.finish()).isEqualTo(Set.of(3, 4).contains(last) ? Finish.STOP : Finish.LENGTH);
        }
        assertThat(texts.stream().map(Continuation::finish)).contains(Finish.STOP, Finish.LENGTH);
    }

    @Test
    void anEmptyOrTooLongPromptIsRefused() {
        assertThatThrownBy(() -> texts(List.of(new int[0]), sampling(1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot continue prompt 0: it has no tokens");
        assertThatThrownBy(() -> texts(List.of(new int[25]), sampling(1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot continue prompt 0 of 25 tokens: the model has 24 positions");
        assertThat(texts(List.of(), sampling(1, 1))).isEmpty();
    }

    private List<int[]> texts(List<int[]> prompts, GenerationSettings settings) {
        return continuations(prompts, settings).stream().map(Continuation::ids).toList();
    }

    private List<Continuation> continuations(List<int[]> prompts, GenerationSettings settings) {
        return new Generator(policy, settings).generate(prompts);
    }

    private double[] distribution(int[] prompt) {
        List<Completion> words = new ArrayList<>();
        for (int word = 0; word < WORDS; word++) {
            words.add(new Completion(new int[] {word}, CompletionRole.TARGET));
        }
        double[] logProbs = policy.logProbs(PackedBatch.of(List.of(new Example("words", prompt, words))));
        return Arrays.stream(logProbs).map(Math::exp).toArray();
    }

    private static GenerationSettings sampling(long seed, int tokens) {
        return new GenerationSettings(tokens, Sampling.atTemperature(1), seed, Set.of());
    }

    /** Of different lengths. */
    private static List<int[]> prompts(int count) {
        SplittableRandom random = new SplittableRandom(4);
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prompts.add(random.ints(1 + random.nextInt(9), 0, WORDS).toArray());
        }
        return prompts;
    }
}
