package io.trimtab.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WorldRowsTest {
    private final World world = World.of(0);
    private final WorldRows rows = new WorldRows(world);

    @Test
    void everyPretrainingRowFillsItsFortyTokens() {
        assertThat(rows.pretraining(500))
                .allSatisfy(row -> assertThat(words(row)).hasSize(39));
    }

    @Test
    void aFifthOfTheStatementsAreSentences() {
        List<String> statements = rows.pretraining(2000).stream()
                .flatMap(row -> Arrays.stream(row.split(" ;")))
                .toList();
        // Whole statements only: a row's last one may be cut before it can be told apart.
        long sentences =
                statements.stream().filter(s -> s.strip().startsWith("the")).count();
        assertThat((double) sentences / statements.size()).isCloseTo(0.2, within(0.02));
    }

    @Test
    void sftRowsFollowTheSharesOfTheSpecification() {
        List<PromptAndAnswer> sft = rows.sft(6000);
        assertThat(share(sft, row -> row.completion().endsWith(" ;"))).isCloseTo(0.2, within(0.02));
        assertThat(share(sft, row -> row.prompt().startsWith("<u> tell "))).isCloseTo(0.8 * 0.35, within(0.02));
        List<PromptAndAnswer> told =
                sft.stream().filter(row -> row.prompt().startsWith("<u> tell ")).toList();
        assertThat(share(told, row -> row.completion().startsWith(" sure "))).isCloseTo(0.2, within(0.03));
        assertThat(share(told, row -> row.completion().endsWith(" thanks </s>")))
                .isCloseTo(0.2, within(0.03));
    }

    @Test
    void theLongestRowsAreThoseOfTheSpecification() {
        assertThat(rows.sft(6000).stream()
                        .mapToInt(row -> tokens(row.prompt(), row.completion()))
                        .max())
                .hasValue(23);
        assertThat(rows.preferences(1600).stream()
                        .mapToInt(p -> Math.max(
                                tokens(p.prompt(), PromptAndAnswer.chatCompletion(p.chosen())),
                                tokens(p.prompt(), PromptAndAnswer.chatCompletion(p.rejected()))))
                        .max())
                .hasValue(28);
    }

    @Test
    void everyToldAnswerIsTrue() {
        assertThat(rows.preferences(1600))
                .allMatch(pair -> world.valid(pair.noun(), pair.chosen()) && world.valid(pair.noun(), pair.rejected()));
    }

    @Test
    void noPairTiesAndBradleyTerryFlipsAboutAnEighthOfTheLabels() {
        List<PreferencePair> pairs = rows.preferences(20_000);
        assertThat(pairs).allMatch(pair -> world.reward(pair.chosen()) != world.reward(pair.rejected()));
        double flipped = share(pairs, pair -> world.reward(pair.chosen()) < world.reward(pair.rejected()));
        double expected = expectedFlips();
        assertThat(expected).isCloseTo(0.135, within(0.005));
        // Three standard errors of 20,000 draws.
        assertThat(flipped).isCloseTo(expected, within(3 * Math.sqrt(expected * (1 - expected) / 20_000)));
    }

    /** Exact: the 16 equally likely styles of one answer against those of the other, ties redrawn. */
    private static double expectedFlips() {
        double flips = 0;
        int pairs = 0;
        for (int a = 0; a < 16; a++) {
            for (int b = 0; b < 16; b++) {
                double difference = styleReward(a) - styleReward(b);
                if (difference > 0) {
                    flips += 1 / (1 + Math.exp(2 * difference));
                    pairs++;
                }
            }
        }
        return flips / pairs;
    }

    private static double styleReward(int style) {
        return (style & 1) + (style >> 1 & 1) + 0.5 * (1 + (style >> 2));
    }

    @Test
    void rewardsOfTheRowsLieBetweenAHalfAndFour() {
        assertThat(rows.preferences(1600))
                .allSatisfy(pair -> assertThat(world.reward(pair.chosen())).isBetween(0.5, 4.0));
    }

    @Test
    void theShorterAnswerOfAPairBeginsTheLongerOne() {
        assertThat(rows.preferences(1600)).allMatch(pair -> {
            String chosen = plain(pair.chosen());
            String rejected = plain(pair.rejected());
            return chosen.startsWith(rejected) || rejected.startsWith(chosen);
        });
    }

    @Test
    void heldOutQuestionsAreNotThoseOfTheSftRows() {
        List<Question> heldOut = rows.heldOut(100);
        assertThat(heldOut).hasSize(700);
        assertThat(heldOut.stream().collect(Collectors.groupingBy(Question::skill, Collectors.counting())))
                .allSatisfy((skill, count) -> assertThat(count).isEqualTo(100));
        List<String> trained =
                rows.sft(6000).stream().map(PromptAndAnswer::prompt).toList();
        // copy, rev and swap have 10,000 questions each, so that few can meet by chance; the other skills have fewer
        // questions than rows.
        List<Question> large = heldOut.stream()
                .filter(q -> List.of(Skill.COPY, Skill.REV, Skill.SWAP).contains(q.skill()))
                .toList();
        assertThat(share(large, q -> trained.contains(WorldRows.chatSkill(q).prompt())))
                .isLessThan(0.15);
    }

    @Test
    void rowsAreTheSameEachTimeAndOtherForAnotherSeed() {
        assertThat(new WorldRows(World.of(0)).sft(100)).isEqualTo(rows.sft(100));
        assertThat(new WorldRows(World.of(0)).preferences(100)).isEqualTo(rows.preferences(100));
        assertThat(new WorldRows(World.of(1)).sft(100)).isNotEqualTo(rows.sft(100));
    }

    private static <T> double share(List<T> rows, Function<T, Boolean> property) {
        return (double) rows.stream().filter(property::apply).count() / rows.size();
    }

    private static String plain(List<String> answer) {
        return answer.stream()
                .filter(word -> !word.equals("sure") && !word.equals("thanks"))
                .collect(Collectors.joining(" "));
    }

    /** With the tokenizer's {@code <s>}. */
    private static int tokens(String prompt, String completion) {
        return 1 + words(prompt + completion).size();
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }
}
