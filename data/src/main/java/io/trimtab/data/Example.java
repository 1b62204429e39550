package io.trimtab.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The unit of training: a prompt, tokenised once, and the completions that follow it.
 *
 * <p>Order of completions: DPO chosen, rejected; KTO the labelled one, then (where there is one) the mismatched one; SFT and
 * pre-training one target. The prompt may be empty; then a completion's first token has no log-prob. The array belongs to the
 * record. Travels between executors.
 */
public record Example(String id, int[] prompt, List<Completion> completions) implements Serializable {
    public Example {
        // A serialisable copy that cannot be changed: List.copyOf is both.
        completions = List.copyOf(completions);
        if (completions.isEmpty()) {
            throw new IllegalArgumentException("Example has no completion: " + id);
        }
    }

    /** What one training pass over this example costs: the prompt once and every completion with a gradient. */
    public int packedTokens() {
        int tokens = prompt.length;
        for (Completion completion : completions) {
            tokens += completion.role().trained() ? completion.length() : 0;
        }
        return tokens;
    }

    /** Non-pad tokens of every sequence TRL would build: the prompt counts once per trained completion. */
    public int usefulTokens() {
        int tokens = 0;
        for (Completion completion : completions) {
            tokens += completion.role().trained() ? prompt.length + completion.length() : 0;
        }
        return tokens;
    }

    /** The longest sequence of this example, prompt and one completion. */
    public int longestSequence() {
        int longest = 0;
        for (Completion completion : completions) {
            longest = Math.max(longest, completion.length());
        }
        return prompt.length + longest;
    }

    /** 64 bits that are equal for equal prompts and completions, whatever the id: finds duplicates. */
    public long fingerprint() {
        long hash = Mix.hash(0, prompt);
        for (Completion completion : completions) {
            hash = Mix.hash(hash + Mix.hash(0, completion.role().name()), completion.tokens());
            hash = completion.isWhole() ? hash : Mix.hash(hash, completion.spans());
        }
        return hash;
    }

    /** This example with those of its completions whose role passes; at least one must. */
    public Example only(Predicate<CompletionRole> roles) {
        List<Completion> kept = new ArrayList<>();
        for (Completion completion : completions) {
            if (roles.test(completion.role())) {
                kept.add(completion);
            }
        }
        return new Example(id, prompt, kept);
    }

    public boolean has(CompletionRole role) {
        return completions.stream().anyMatch(completion -> completion.role() == role);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Example that
                && id.equals(that.id)
                && Arrays.equals(prompt, that.prompt)
                && completions.equals(that.completions);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * id.hashCode() + Arrays.hashCode(prompt)) + completions.hashCode();
    }

    @Override
    public String toString() {
        return "Example " + id + "(" + prompt.length + " prompt tokens, " + completions + ")";
    }
}
