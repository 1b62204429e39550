package io.trimtab.data.synthetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws the rows of every stage from a world. Deterministic: each corpus has its own stream, opened from the world's seed.
 *
 * <p>The held-out questions come from a stream of their own, but the question spaces are small (81 for {@code close}, 96 facts), so
 * that some of them were seen in training. They measure whether a skill is still there, not whether it generalises.
 */
final class WorldRows {
    static final int PRETRAINING_TOKENS = 40;
    private static final double SENTENCES_SHARE = 0.2;
    private static final double REPLAY_SHARE = 0.2;
    private static final double TELL_SHARE = 0.35;
    private static final double SFT_STYLE = 0.2;
    private static final double PREFERENCE_STYLE = 0.5;
    private static final double BRADLEY_TERRY_SLOPE = 2;
    private static final List<Skill> SKILLS = Arrays.asList(Skill.values());

    private final World world;

    WorldRows(World world) {
        this.world = world;
    }

    /** Lines of text that each fill {@value #PRETRAINING_TOKENS} tokens with the tokenizer's {@code <s>} in front, cut where they are full. */
    List<String> pretraining(int count) {
        SplittableRandom random = RandomStream.PRETRAINING.open(world.seed());
        List<String> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            List<String> words = new ArrayList<>();
            while (words.size() < PRETRAINING_TOKENS - 1) {
                addStatement(words, random);
            }
            rows.add(String.join(" ", words.subList(0, PRETRAINING_TOKENS - 1)));
        }
        return rows;
    }

    private void addStatement(List<String> words, SplittableRandom random) {
        if (random.nextDouble() < SENTENCES_SHARE) {
            words.addAll(sentences(Draw.one(Vocabulary.NOUNS, random), 1 + random.nextInt(3), random));
        } else {
            Question question = anyQuestion(random);
            words.addAll(question.words());
            words.add(Vocabulary.EQUALS);
            words.addAll(question.answer());
        }
        words.add(Vocabulary.END_OF_STATEMENT);
    }

    /** Supervised rows. A fifth repeats the pre-training format, without which fine-tuning forgets it (0.95 to 0.1 exact match). */
    List<PromptAndAnswer> sft(int count) {
        SplittableRandom random = RandomStream.SFT.open(world.seed());
        List<PromptAndAnswer> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            rows.add(sftRow(random));
        }
        return rows;
    }

    private PromptAndAnswer sftRow(SplittableRandom random) {
        if (random.nextDouble() < REPLAY_SHARE) {
            return PromptAndAnswer.raw(anyQuestion(random));
        }
        if (random.nextDouble() < TELL_SHARE) {
            String noun = Draw.one(Vocabulary.NOUNS, random);
            List<String> told = sentences(noun, 1 + random.nextInt(3), random);
            return PromptAndAnswer.chat(List.of(Vocabulary.TELL, noun), styled(told, SFT_STYLE, random));
        }
        return chatSkill(anyQuestion(random));
    }

    /** The SFT format of a skill: the answer ends with a full stop. */
    static PromptAndAnswer chatSkill(Question question) {
        return PromptAndAnswer.chat(question.words(), Vocabulary.words(question.answer(), Vocabulary.STOP));
    }

    /** Pairs over one stream of sentences that differ in style and length, labelled by Bradley-Terry on the true reward. */
    List<PreferencePair> preferences(int count) {
        SplittableRandom random = RandomStream.PREFERENCES.open(world.seed());
        List<PreferencePair> pairs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            pairs.add(pair(random));
        }
        return pairs;
    }

    private PreferencePair pair(SplittableRandom random) {
        String noun = Draw.one(Vocabulary.NOUNS, random);
        List<List<String>> stream = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            stream.add(world.sentence(noun, random));
        }
        while (true) {
            List<String> first = answer(stream, random);
            List<String> second = answer(stream, random);
            double difference = world.reward(first) - world.reward(second);
            if (difference != 0) {
                boolean firstWins = random.nextDouble() < 1 / (1 + Math.exp(-BRADLEY_TERRY_SLOPE * difference));
                return firstWins ? new PreferencePair(noun, first, second) : new PreferencePair(noun, second, first);
            }
        }
    }

    private static List<String> answer(List<List<String>> stream, SplittableRandom random) {
        int sentences = 1 + random.nextInt(stream.size());
        List<String> told = new ArrayList<>();
        stream.subList(0, sentences).forEach(told::addAll);
        return styled(told, PREFERENCE_STYLE, random);
    }

    private static List<String> styled(List<String> told, double probability, SplittableRandom random) {
        List<String> answer = new ArrayList<>();
        if (random.nextDouble() < probability) {
            answer.add(Vocabulary.SURE);
        }
        answer.addAll(told);
        if (random.nextDouble() < probability) {
            answer.add(Vocabulary.THANKS);
        }
        return answer;
    }

    /** Questions per skill that no training row was drawn with, skill after skill. */
    List<Question> heldOut(int perSkill) {
        SplittableRandom random = RandomStream.HELD_OUT.open(world.seed());
        List<Question> questions = new ArrayList<>();
        for (Skill skill : SKILLS) {
            for (int i = 0; i < perSkill; i++) {
                questions.add(skill.ask(world, random));
            }
        }
        return questions;
    }

    private Question anyQuestion(SplittableRandom random) {
        return Draw.one(SKILLS, random).ask(world, random);
    }

    private List<String> sentences(String noun, int count, SplittableRandom random) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.addAll(world.sentence(noun, random));
        }
        return words;
    }
}
