package io.trimtab.model.generate;

import java.util.Set;

/**
 * How texts are continued.
 *
 * @param seed decides every draw, together with the prompt's tokens, how often the same prompt stood before it in the list, and the number of
 *     the new token: the same whatever else is continued beside it
 * @param eosIds any of these ends a text; it is part of the result. May be empty
 */
public record GenerationSettings(int maxNewTokens, Sampling sampling, long seed, Set<Integer> eosIds) {
    public GenerationSettings {
        eosIds = Set.copyOf(eosIds);
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("Generation needs at least one new token: " + maxNewTokens);
        }
    }

    public static GenerationSettings greedy(int maxNewTokens, Set<Integer> eosIds) {
        return new GenerationSettings(maxNewTokens, Sampling.GREEDY, 0, eosIds);
    }
}
