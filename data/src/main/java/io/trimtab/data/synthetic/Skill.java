package io.trimtab.data.synthetic;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** What the language can be asked and has exactly one right answer to. */
public enum Skill {
    /** {@code copy x1 x2 x3 x4}: the same letters. */
    COPY,
    /** {@code rev x1 x2 x3 x4}: the letters reversed. */
    REV,
    /** {@code swap x1 x2 x3 x4}: {@code x2 x1 x4 x3}. */
    SWAP,
    /** {@code sort x1 x2 x3}, three different letters: ascending. */
    SORT,
    /** {@code max n n n}: the largest number. */
    MAX,
    /** {@code close} and four opening brackets: the closing ones that match, innermost first. */
    CLOSE,
    /** {@code capital E}, {@code river E} or {@code colour E}: the world's value for that entity. */
    FACT;

    /** A question of this skill, drawn uniformly, with its answer in this world. */
    Question ask(World world, SplittableRandom random) {
        return switch (this) {
            case COPY -> letters("copy", random, x -> x);
            case REV -> letters("rev", random, Skill::reversed);
            case SWAP -> letters("swap", random, x -> List.of(x.get(1), x.get(0), x.get(3), x.get(2)));
            case SORT -> {
                List<String> three = Draw.distinct(Vocabulary.LETTERS, 3, random);
                yield question("sort", three, three.stream().sorted().toList());
            }
            case MAX -> {
                List<String> three = Draw.many(Vocabulary.NUMBERS, 3, random);
                yield question("max", three, List.of(Collections.max(three)));
            }
            case CLOSE -> {
                List<String> open = Draw.many(Vocabulary.OPENERS, 4, random);
                yield question(
                        "close",
                        open,
                        reversed(open).stream().map(Skill::closer).toList());
            }
            case FACT -> {
                String relation = Draw.one(Vocabulary.RELATIONS, random);
                String entity = Draw.one(Vocabulary.ENTITIES, random);
                yield question(relation, List.of(entity), List.of(world.fact(relation, entity)));
            }
        };
    }

    private Question letters(String verb, SplittableRandom random, UnaryOperator<List<String>> answer) {
        List<String> four = Draw.many(Vocabulary.LETTERS, 4, random);
        return question(verb, four, answer.apply(four));
    }

    private Question question(String verb, List<String> arguments, List<String> answer) {
        List<String> words = new ArrayList<>();
        words.add(verb);
        words.addAll(arguments);
        return new Question(this, words, answer);
    }

    private static String closer(String opener) {
        return Vocabulary.CLOSERS.get(Vocabulary.OPENERS.indexOf(opener));
    }

    private static List<String> reversed(List<String> words) {
        List<String> copy = new ArrayList<>(words);
        Collections.reverse(copy);
        return copy;
    }
}
