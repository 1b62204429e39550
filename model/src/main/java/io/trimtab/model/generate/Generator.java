package io.trimtab.model.generate;

import io.trimtab.model.CachedDecoding;
import io.trimtab.model.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Continues prompts, many side by side. A draw depends on (seed, place of the prompt in the list, number of the new token) alone, so the
 * texts do not depend on how many are decoded together, beyond the last bits of the logits.
 */
public final class Generator {

    /** Places of the caches of one group of texts together; bounds memory. */
    private static final int PLACES_AT_ONCE = 1 << 16;

    /**
     * New tokens of each prompt, in the order of the prompts; an end-of-text id, where one came, is the last of them. A text ends early where
     * the model has no position left; one that fills them already gets nothing.
     *
     * @throws IllegalArgumentException where a prompt is empty or longer than the model's positions
     */
    public List<int[]> generate(Policy policy, List<int[]> prompts, GenerationSettings settings) {
        int positions = policy.architecture().maxPositions();
        List<Text> texts = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            texts.add(new Text(i, prompts.get(i), settings, positions));
        }
        List<Text> byLength = new ArrayList<>(texts);
        byLength.sort(Comparator.comparingInt((Text text) -> text.promptLength));
        int from = 0;
        while (from < byLength.size()) {
            int to = groupEnd(byLength, from);
            continueTogether(policy, byLength.subList(from, to), settings);
            from = to;
        }
        return texts.stream().map(Text::continuation).toList();
    }

    private static int groupEnd(List<Text> byLength, int from) {
        int to = from + 1;
        while (to < byLength.size() && (long) byLength.get(to).capacity * (to + 1 - from) <= PLACES_AT_ONCE) {
            to++;
        }
        return to;
    }

    private static void continueTogether(Policy policy, List<Text> texts, GenerationSettings settings) {
        int capacity = texts.stream().mapToInt(text -> text.capacity).max().orElseThrow();
        int longest = texts.get(texts.size() - 1).promptLength;
        try (CachedDecoding decoding = policy.decode(texts.size(), capacity)) {
            readPrompts(decoding, texts, longest);
            while (append(decoding, texts, settings)) {
                readNewest(decoding, texts);
            }
        }
    }

    /** All prompts in one go, pads on the right: their places are written again before anything looks at them. */
    private static void readPrompts(CachedDecoding decoding, List<Text> texts, int width) {
        int[] tokens = new int[texts.size() * width];
        int[] places = new int[tokens.length];
        int[] predicting = new int[texts.size()];
        for (int r = 0; r < texts.size(); r++) {
            Text text = texts.get(r);
            System.arraycopy(text.tokens, 0, tokens, r * width, text.promptLength);
            for (int t = 0; t < width; t++) {
                places[r * width + t] = t;
            }
            predicting[r] = text.promptLength - 1;
        }
        decoding.feed(tokens, places, predicting);
    }

    private static void readNewest(CachedDecoding decoding, List<Text> texts) {
        int[] tokens = new int[texts.size()];
        int[] places = new int[texts.size()];
        for (int r = 0; r < tokens.length; r++) {
            Text text = texts.get(r);
            places[r] = text.length - 1;
            tokens[r] = text.tokens[places[r]];
        }
        decoding.feed(tokens, places, new int[texts.size()]);
    }

    /** Adds a token to every text that goes on; false when none needs another. */
    private static boolean append(CachedDecoding decoding, List<Text> texts, GenerationSettings settings) {
        int[] next = settings.temperature() == 0
                ? decoding.greedy()
                : decoding.draw(settings.temperature(), uniforms(texts, settings.seed()));
        boolean more = false;
        for (int r = 0; r < next.length; r++) {
            more |= texts.get(r).append(next[r], settings);
        }
        return more;
    }

    private static double[] uniforms(List<Text> texts, long seed) {
        double[] uniforms = new double[texts.size()];
        for (int r = 0; r < uniforms.length; r++) {
            Text text = texts.get(r);
            long place = ((long) text.index << 32) | (text.length - text.promptLength);
            uniforms[r] = new SplittableRandom(new SplittableRandom(seed).nextLong() ^ place).nextDouble();
        }
        return uniforms;
    }

    /** One text in the making. */
    private static final class Text {
        final int index;
        final int promptLength;
        final int capacity;
        final int[] tokens;
        int length;
        boolean ended;

        Text(int index, int[] prompt, GenerationSettings settings, int positions) {
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
            this.tokens = Arrays.copyOf(prompt, capacity);
            this.length = prompt.length;
            this.ended = length == capacity;
        }

        /** True where the text goes on behind this token. */
        boolean append(int token, GenerationSettings settings) {
            if (!ended) {
                tokens[length++] = token;
                ended = length == capacity || settings.eosIds().contains(token);
            }
            return !ended;
        }

        int[] continuation() {
            return Arrays.copyOfRange(tokens, promptLength, length);
        }
    }
}
