package io.trimtab.model.generate;

import io.trimtab.model.CachedDecoding;
import io.trimtab.model.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Continues prompts, many side by side. A draw depends on (seed, prompt, how often it was asked before, number of the new token) alone, so a
 * text does not depend on what is decoded beside it, beyond the last bits of the logits.
 */
public final class Generator {

    /** Places of the caches of one group of texts together; bounds memory. */
    private static final int PLACES_AT_ONCE = 1 << 16;

    private final Policy policy;
    private final GenerationSettings settings;
    private final TokenListener listener;
    private final NextToken next;

    public Generator(Policy policy, GenerationSettings settings) {
        this(policy, settings, (prompt, token) -> {});
    }

    /** @param listener hears of tokens while they come; several prompts' tokens come in turn */
    public Generator(Policy policy, GenerationSettings settings, TokenListener listener) {
        this.policy = policy;
        this.settings = settings;
        this.listener = listener;
        this.next = new NextToken(settings.sampling());
    }

    /**
     * A continuation of each prompt, in the order of the prompts. A text ends early where the model has no position left; one that fills them
     * already gets nothing.
     *
     * @throws IllegalArgumentException where a prompt is empty or longer than the model's positions
     */
    public List<Continuation> generate(List<int[]> prompts) {
        List<Text> texts = texts(prompts);
        List<Text> byLength = new ArrayList<>(texts);
        byLength.sort(Comparator.comparingInt((Text text) -> text.promptLength));
        int from = 0;
        while (from < byLength.size()) {
            int to = groupEnd(byLength, from);
            continueTogether(byLength.subList(from, to));
            from = to;
        }
        return texts.stream().map(Text::continuation).toList();
    }

    private List<Text> texts(List<int[]> prompts) {
        int positions = policy.architecture().maxPositions();
        Map<List<Integer>, Integer> asked = new HashMap<>();
        List<Text> texts = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            int[] prompt = prompts.get(i);
            int repetition = asked.merge(Arrays.stream(prompt).boxed().toList(), 1, Integer::sum) - 1;
            texts.add(new Text(i, prompt, repetition, settings, positions));
        }
        return texts;
    }

    private static int groupEnd(List<Text> byLength, int from) {
        int to = from + 1;
        while (to < byLength.size() && (long) byLength.get(to).capacity * (to + 1 - from) <= PLACES_AT_ONCE) {
            to++;
        }
        return to;
    }

    private void continueTogether(List<Text> texts) {
        int capacity = texts.stream().mapToInt(text -> text.capacity).max().orElseThrow();
        int longest = texts.get(texts.size() - 1).promptLength;
        try (CachedDecoding decoding = policy.decode(texts.size(), capacity)) {
            readPrompts(decoding, texts, longest);
            while (append(decoding, texts)) {
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
            for (int t = 0; t < width; t++) {
                tokens[r * width + t] = t < text.promptLength ? text.token(t) : 0;
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
            places[r] = text.length() - 1;
            tokens[r] = text.newest();
        }
        decoding.feed(tokens, places, new int[texts.size()]);
    }

    /** Adds a token to every text that goes on; false when none needs another. */
    private boolean append(CachedDecoding decoding, List<Text> texts) {
        if (texts.stream().allMatch(Text::ended)) {
            return false;
        }
        double[] logits = decoding.logits();
        int words = logits.length / texts.size();
        for (int r = 0; r < texts.size(); r++) {
            Text text = texts.get(r);
            if (!text.ended()) {
                int token = next.choose(logits, r * words, words, text.seen(), text.uniform());
                text.append(token, NextToken.logProb(logits, r * words, words, token));
                listener.chosen(text.index, token);
            }
        }
        return texts.stream().anyMatch(text -> !text.ended());
    }
}
