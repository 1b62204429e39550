package io.trimtab.model.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/** One text in the making. */
final class Text {
    final int index;
    final int promptLength;
    final int capacity;
    private final GenerationSettings settings;
    private final long key;
    private final int[] tokens;
    private final BitSet seen = new BitSet();
    private int length;
    private boolean stopped;
    private double logProb;

    /**
     * @param index place of the prompt in the list
     * @param repetition how often the same prompt stood in the list before
     * @param positions of the model
     */
    Text(int index, int[] prompt, int repetition, GenerationSettings settings, int positions) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("Cannot continue prompt " + index + ": it has no tokens");
        }
        if (prompt.length > positions) {
            throw new IllegalArgumentException("Cannot continue prompt " + index + " of " + prompt.length
                    + " tokens: the model has " + positions + " positions");
        }
        this.index = index;
        this.promptLength = prompt.length;
        this.capacity = (int) Math.min(positions, (long) prompt.length + settings.maxNewTokens());
        this.settings = settings;
        this.key = key(settings.seed(), prompt, repetition);
        this.tokens = Arrays.copyOf(prompt, capacity);
        this.length = prompt.length;
        Arrays.stream(prompt).forEach(seen::set);
    }

    private static long key(long seed, int[] prompt, int repetition) {
        long key = new SplittableRandom(seed).nextLong();
        for (int token : prompt) {
            key = new SplittableRandom(key ^ token).nextLong();
        }
        return new SplittableRandom(key + repetition).nextLong();
    }

    boolean ended() {
        return stopped || length == capacity;
    }

    int newest() {
        return tokens[length - 1];
    }

    int length() {
        return length;
    }

    int token(int place) {
        return tokens[place];
    }

    BitSet seen() {
        return seen;
    }

    /** In [0, 1), for the next token. */
    double uniform() {
        return new SplittableRandom(key ^ (length - promptLength)).nextDouble();
    }

    void append(int token, double tokenLogProb) {
        tokens[length++] = token;
        seen.set(token);
        logProb += tokenLogProb;
        stopped = settings.eosIds().contains(token);
    }

    Continuation continuation() {
        return new Continuation(
                Arrays.copyOfRange(tokens, promptLength, length), logProb, stopped ? Finish.STOP : Finish.LENGTH);
    }
}
