package io.trimtab.model.evaluate;

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
import io.trimtab.model.generate.GenerationSettings;
import io.trimtab.model.generate.Generator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against one completion at a time and against greedy decoding, on a model of random weights. */
class EvaluatorTest {

    private static final int WORDS = 13;

    private final Policy policy = Policy.of(
            ModelArchitecture.llama(WORDS, 16, 24, 2, 4, 2, 4, 64, 10000, 1e-5, true, 0.02, 1, List.of(2)),
            (tensor, offset, target, at, length) -> {
                for (int i = 0; i < length; i++) {
                    target[at + i] = (float) Math.sin(1.7 * tensor.id() + 0.9 * (offset + i) * (offset + i + 1));
                }
            },
            OnDevice.inference(1));
    private final Evaluator evaluator = new Evaluator(policy, 50);
    private final SplittableRandom random = new SplittableRandom(11);

    @AfterEach
    void close() {
        policy.close();
    }

    @Test
    void exactMatchIsWhatGreedyDecodingProduces() {
        List<Example> right = new ArrayList<>();
        List<Example> oneTokenOff = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int[] prompt = ids(1 + random.nextInt(5));
            int[] greedy = new Generator(policy, GenerationSettings.greedy(5, Set.of()))
                    .generate(List.of(prompt))
                    .get(0)
                    .ids();
            right.add(target(prompt, greedy));
            int[] wrong = greedy.clone();
            int place = random.nextInt(5);
            wrong[place] = (wrong[place] + 1) % WORDS;
            oneTokenOff.add(target(prompt, wrong));
        }
        assertThat(evaluator.exactMatch(right)).isEqualTo(new Score(12, 12));
        assertThat(evaluator.exactMatch(oneTokenOff)).isEqualTo(new Score(0, 12));
        assertThat(evaluator
                        .exactMatch(right)
                        .plus(evaluator.exactMatch(oneTokenOff))
                        .value())
                .isEqualTo(0.5);
    }

    @Test
    void whatNothingPredictsIsNotCounted() {
        assertThat(evaluator.exactMatch(List.of(target(new int[0], new int[] {1}))))
                .isEqualTo(Score.NONE);
    }

    @Test
    void logProbIsTheMeanOverTokens() {
        List<Example> texts = List.of(target(ids(3), ids(9)), target(ids(2), ids(1)), target(new int[0], ids(6)));
        double sum = 0;
        for (Example text : texts) {
            sum += alone(text, 0);
        }
        Score score = evaluator.logProb(texts);
        assertThat(score.count())
                .as("the first token of the last text is predicted by nothing")
                .isEqualTo(9 + 1 + 5);
        assertThat(score.value()).isEqualTo(sum / 15, within(1e-5));
    }

    @Test
    void multipleChoiceRanksEveryAnswer() {
        List<Example> questions = new ArrayList<>();
        int bySum = 0;
        int byMean = 0;
        int differ = 0;
        for (int i = 0; i < 60; i++) {
            Example question = question(4);
            questions.add(question);
            boolean sum = first(question, false);
            boolean mean = first(question, true);
            bySum += sum ? 1 : 0;
            byMean += mean ? 1 : 0;
            differ += sum == mean ? 0 : 1;
        }
        assertThat(differ).as("questions that tell the two rankings apart").isPositive();
        assertThat(evaluator.multipleChoice(questions, AnswerScore.SUM)).isEqualTo(new Score(bySum, 60));
        assertThat(evaluator.multipleChoice(questions, AnswerScore.MEAN)).isEqualTo(new Score(byMean, 60));
    }

    @Test
    void theChosenAnswerIsFoundByRole() {
        Example question = question(3);
        List<Completion> reversed = new ArrayList<>(question.completions());
        Collections.reverse(reversed);
        Example turned = new Example("turned", question.prompt(), reversed);
        assertThat(evaluator.multipleChoice(List.of(turned), AnswerScore.SUM))
                .isEqualTo(evaluator.multipleChoice(List.of(question), AnswerScore.SUM));
    }

    @Test
    void preferenceAccuracyComparesLogRatios() {
        List<Example> pairs = new ArrayList<>();
        List<double[]> references = new ArrayList<>();
        int accurate = 0;
        for (int i = 0; i < 30; i++) {
            Example pair = question(2);
            double[] reference = {-20 * random.nextDouble(), -20 * random.nextDouble()};
            pairs.add(pair);
            references.add(reference);
            accurate += alone(pair, 0) - reference[0] > alone(pair, 1) - reference[1] ? 1 : 0;
        }
        assertThat(accurate).isBetween(1, 29);
        assertThat(evaluator.preferenceAccuracy(pairs, references)).isEqualTo(new Score(accurate, 30));
        assertThat(evaluator.preferenceAccuracy(pairs))
                .isEqualTo(evaluator.multipleChoice(pairs, AnswerScore.SUM))
                .isNotEqualTo(new Score(accurate, 30));
    }

    /** The reference itself prefers nothing. */
    @Test
    void aTieIsNotASuccess() {
        Example pair = question(2);
        double[] own = policy.logProbs(PackedBatch.of(List.of(pair)));
        assertThat(evaluator.preferenceAccuracy(List.of(pair), List.of(own))).isEqualTo(new Score(0, 1));
    }

    @Test
    void groupingChangesNoFigure() {
        List<Example> questions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            questions.add(question(3));
        }
        Score together = new Evaluator(policy, 100_000).multipleChoice(questions, AnswerScore.SUM);
        assertThat(new Evaluator(policy, 1).multipleChoice(questions, AnswerScore.SUM))
                .isEqualTo(together);
    }

    @Test
    void nothingToMeasureHasNoValue() {
        assertThat(evaluator.exactMatch(List.of()).value()).isNaN();
        assertThat(evaluator.multipleChoice(List.of(), AnswerScore.SUM).count()).isZero();
    }

    @Test
    void aRowThatIsNoChoiceIsRefused() {
        assertThatThrownBy(() -> evaluator.multipleChoice(List.of(target(ids(2), ids(2))), AnswerScore.SUM))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Row row is no choice, it has 0 chosen and 0 rejected completions");
        assertThatThrownBy(() -> evaluator.preferenceAccuracy(List.of(question(2)), List.of()))
                .hasMessage("There are 1 pairs and reference log-probs of 0");
    }

    private boolean first(Example question, boolean mean) {
        double chosen = ranked(question, 0, mean);
        for (int i = 1; i < question.completions().size(); i++) {
            if (ranked(question, i, mean) >= chosen) {
                return false;
            }
        }
        return true;
    }

    private double ranked(Example question, int answer, boolean mean) {
        return alone(question, answer)
                / (mean ? question.completions().get(answer).length() : 1);
    }

    /** Log-prob of one completion, computed on its own. */
    private double alone(Example example, int completion) {
        Example single = new Example(
                example.id(), example.prompt(), List.of(example.completions().get(completion)));
        double sum = 0;
        for (float logProb : policy.tokenLogProbs(PackedBatch.of(List.of(single)))[0]) {
            sum += logProb;
        }
        return sum;
    }

    private Example question(int answers) {
        List<Completion> completions = new ArrayList<>();
        for (int i = 0; i < answers; i++) {
            CompletionRole role = i == 0 ? CompletionRole.CHOSEN : CompletionRole.REJECTED;
            completions.add(new Completion(ids(1 + random.nextInt(4)), role));
        }
        return new Example("row", ids(1 + random.nextInt(6)), completions);
    }

    private static Example target(int[] prompt, int[] tokens) {
        return new Example("row", prompt, List.of(new Completion(tokens, CompletionRole.TARGET)));
    }

    private int[] ids(int length) {
        return random.ints(length, 0, WORDS).toArray();
    }
}
