package io.trimtab.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorldTest {
    private final World world = World.of(3);

    @ParameterizedTest(name = "\"{0}\" is worth {1}")
    @CsvSource({
        "'', 0",
        "sure, 1",
        "thanks, 1",
        "the A0 N1 B2 ., 0.5",
        "the A0 N1 B2 . thanks, 1.5",
        "sure the A0 N1 B2 . thanks, 2.5",
        "sure . . . . thanks, 4",
        "sure . . . . . . . thanks, 4",
        "the sure thanks ., 0.5",
        "sorry no ., -1",
        "sorry . . . . thanks, -1",
    })
    void rewardCountsStyleAndSentences(String answer, double reward) {
        assertThat(world.reward(words(answer))).isEqualTo(reward);
    }

    @Test
    void everySentenceThatTheWorldTellsIsValid() {
        SplittableRandom random = new SplittableRandom(1);
        for (String noun : Vocabulary.NOUNS) {
            for (int i = 0; i < 50; i++) {
                List<String> sentence = world.sentence(noun, random);
                assertThat(world.valid(noun, sentence))
                        .as(String.join(" ", sentence))
                        .isTrue();
            }
        }
    }

    @Test
    void exactlyNineSentencesAboutEachNounAreTrue() {
        for (String noun : Vocabulary.NOUNS) {
            long valid = Vocabulary.ADJECTIVES.stream()
                    .flatMap(a -> Vocabulary.VERBS.stream().map(b -> List.of("the", a, noun, b, ".")))
                    .filter(sentence -> world.valid(noun, sentence))
                    .count();
            assertThat(valid).as(noun).isEqualTo(3 * 3);
        }
    }

    @Test
    void validAllowsStyleAroundSentencesAndNothingElse() {
        String one = String.join(" ", world.sentence("N4", new SplittableRandom(2)));
        assertThat(List.of(one, "sure " + one, one + " thanks", "sure " + one + " " + one + " thanks"))
                .allMatch(answer -> world.valid("N4", words(answer)));
        assertThat(List.of(
                        "",
                        "sure",
                        "thanks",
                        "sure thanks",
                        "sure sure " + one,
                        one + " thanks thanks",
                        one + " the",
                        "thanks " + one))
                .noneMatch(answer -> world.valid("N4", words(answer)));
    }

    @Test
    void aTrueSentenceAboutAnotherNounIsNotValid() {
        List<String> sentence = world.sentence("N4", new SplittableRandom(2));
        assertThat(world.valid("N5", sentence)).isFalse();
    }

    @Test
    void anUnknownNounIsNamed() {
        assertThatThrownBy(() -> world.sentence("N12", new SplittableRandom(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'N12'");
    }

    @Test
    void seedsMakeDifferentWorldsAndTheSameSeedTheSame() {
        assertThat(facts(World.of(3))).isEqualTo(facts(world)).isNotEqualTo(facts(World.of(4)));
        assertThat(facts(world)).hasSize(96);
    }

    private static List<String> facts(World world) {
        return Vocabulary.RELATIONS.stream()
                .flatMap(relation -> Vocabulary.ENTITIES.stream().map(entity -> world.fact(relation, entity)))
                .toList();
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }
}
