package io.trimtab.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SkillTest {
    private final World world = World.of(0);

    @Test
    void copyRepeatsItsLetters() {
        each(Skill.COPY, q -> assertThat(q.answer()).isEqualTo(arguments(q)).hasSize(4));
    }

    @Test
    void revAppliedTwiceIsTheQuestion() {
        each(Skill.REV, q -> {
            Deque<String> stack = new ArrayDeque<>();
            q.answer().forEach(stack::push);
            assertThat(List.copyOf(stack)).isEqualTo(arguments(q));
        });
    }

    @Test
    void swapExchangesNeighbours() {
        each(Skill.SWAP, q -> {
            List<String> x = arguments(q);
            assertThat(q.answer()).containsExactly(x.get(1), x.get(0), x.get(3), x.get(2));
        });
    }

    @Test
    void sortGivesThreeDifferentLettersInOrder() {
        each(Skill.SORT, q -> assertThat(q.answer()).hasSize(3).containsExactlyElementsOf(new TreeSet<>(arguments(q))));
    }

    @Test
    void maxIsOneOfTheNumbersAndNoneIsLarger() {
        each(Skill.MAX, q -> {
            assertThat(q.answer()).hasSize(1);
            int answer = number(q.answer().get(0));
            assertThat(arguments(q)).hasSize(3).contains(q.answer().get(0)).allMatch(n -> number(n) <= answer);
        });
    }

    @Test
    void closeBalancesTheBrackets() {
        each(Skill.CLOSE, q -> {
            Deque<String> open = new ArrayDeque<>();
            arguments(q).forEach(open::push);
            for (String closer : q.answer()) {
                assertThat(open.pop() + closer).isIn("()", "[]", "{}");
            }
            assertThat(open).isEmpty();
        });
    }

    @Test
    void factAnswersEveryQuestionTheSameWayEachTime() {
        Set<String> seen = new HashSet<>();
        Set<List<String>> questions = new HashSet<>();
        each(Skill.FACT, q -> {
            questions.add(q.words());
            seen.add(q.words() + " " + q.answer());
            assertThat(q.answer())
                    .containsExactly(world.fact(q.words().get(0), q.words().get(1)));
        });
        assertThat(seen).hasSameSizeAs(questions);
        assertThat(questions).hasSizeGreaterThan(90);
    }

    private void each(Skill skill, Consumer<Question> claim) {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 500; i++) {
            claim.accept(skill.ask(world, random));
        }
    }

    private static List<String> arguments(Question question) {
        return question.words().subList(1, question.words().size());
    }

    private static int number(String word) {
        return Integer.parseInt(word.substring(1));
    }
}
