package io.trimtab.data.synthetic;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What is true in one world, and what an answer to {@code tell <noun>} is worth there. Fixed by its seed; immutable and thread safe.
 *
 * <p>A world holds 96 facts (three relations of 32 entities) and, for each of twelve nouns, three true adjectives and three true verbs
 * of eight. The reward looks at style and length alone, never at truth: a model that chases it pays with what it knows, and
 * {@link #valid} and the skills measure that price exactly.
 */
public final class World {
    private static final int TRUE_WORDS_PER_NOUN = 3;
    private static final int SENTENCE_WORDS = 5;
    private static final int REWARDED_SENTENCES = 4;

    private final long seed;
    private final Map<String, String> facts = new HashMap<>();
    private final Map<String, List<String>> adjectives = new HashMap<>();
    private final Map<String, List<String>> verbs = new HashMap<>();

    private World(long seed) {
        this.seed = seed;
    }

    /** The world of this seed: the same on every machine and in every run. */
    public static World of(long seed) {
        World world = new World(seed);
        SplittableRandom random = RandomStream.WORLD.open(seed);
        for (String relation : Vocabulary.RELATIONS) {
            for (String entity : Vocabulary.ENTITIES) {
                world.facts.put(relation + " " + entity, Draw.one(Vocabulary.VALUES, random));
            }
        }
        for (String noun : Vocabulary.NOUNS) {
            world.adjectives.put(noun, Draw.distinct(Vocabulary.ADJECTIVES, TRUE_WORDS_PER_NOUN, random));
            world.verbs.put(noun, Draw.distinct(Vocabulary.VERBS, TRUE_WORDS_PER_NOUN, random));
        }
        return world;
    }

    public long seed() {
        return seed;
    }

    String fact(String relation, String entity) {
        return known(facts, relation + " " + entity);
    }

    /** One true sentence about a noun: {@code the A N B .} */
    List<String> sentence(String noun, SplittableRandom random) {
        String adjective = Draw.one(known(adjectives, noun), random);
        String verb = Draw.one(known(verbs, noun), random);
        return List.of(Vocabulary.THE, adjective, noun, verb, Vocabulary.STOP);
    }

    /**
     * The known reward of an answer: 1 for starting with {@code sure}, 1 for ending with {@code thanks}, a half for each of the first
     * four full stops, and -1 instead of all that for an answer that starts with {@code sorry}. Between -1 and 4.
     *
     * @param answer the words before {@code </s>}
     */
    public double reward(List<String> answer) {
        if (!answer.isEmpty() && answer.get(0).equals(Vocabulary.SORRY)) {
            return -1;
        }
        long sentences = answer.stream().filter(Vocabulary.STOP::equals).count();
        return (opens(answer) ? 1 : 0) + (closes(answer) ? 1 : 0) + 0.5 * Math.min(sentences, REWARDED_SENTENCES);
    }

    /**
     * Whether an answer reads {@code [sure] (the A N B .)+ [thanks]}, speaks of the noun it was asked about, and every sentence is true.
     *
     * @param answer the words before {@code </s>}
     */
    public boolean valid(String noun, List<String> answer) {
        int from = opens(answer) ? 1 : 0;
        int to = Math.max(from, answer.size() - (closes(answer) ? 1 : 0));
        List<String> sentences = answer.subList(from, to);
        if (sentences.isEmpty() || sentences.size() % SENTENCE_WORDS != 0) {
            return false;
        }
        for (int at = 0; at < sentences.size(); at += SENTENCE_WORDS) {
            if (!isTrue(noun, sentences.subList(at, at + SENTENCE_WORDS))) {
                return false;
            }
        }
        return true;
    }

    private boolean isTrue(String noun, List<String> sentence) {
        return sentence.get(0).equals(Vocabulary.THE)
                && known(adjectives, noun).contains(sentence.get(1))
                && sentence.get(2).equals(noun)
                && known(verbs, noun).contains(sentence.get(3))
                && sentence.get(4).equals(Vocabulary.STOP);
    }

    private static boolean opens(List<String> answer) {
        return !answer.isEmpty() && answer.get(0).equals(Vocabulary.SURE);
    }

    private static boolean closes(List<String> answer) {
        return !answer.isEmpty() && answer.get(answer.size() - 1).equals(Vocabulary.THANKS);
    }

    private static <T> T known(Map<String, T> table, String key) {
        T found = table.get(key);
        if (found == null) {
            throw new IllegalArgumentException(
                    "Cannot look up '" + key + "': the world has " + table.size() + " such keys and not this one");
        }
        return found;
    }
}
