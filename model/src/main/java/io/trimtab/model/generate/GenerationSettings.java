package io.trimtab.model.generate;

import java.util.Set;

/**
 * How texts are continued.
 *
 * @param temperature 0 takes the most probable token (greedy), 1 samples from the model's own distribution
 * @param seed decides every draw together with the prompt's place in the list and the position: the same for any batch size
 * @param eosIds any of these ends a text; it is part of the result. May be empty
 */
public record GenerationSettings(int maxNewTokens, double temperature, long seed, Set<Integer> eosIds) {
    public GenerationSettings {
        eosIds = Set.copyOf(eosIds);
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("Generation needs at least one new token: " + maxNewTokens);
        }
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("Temperature must be 0 or a positive number: " + temperature);
        }
    }

    public static GenerationSettings greedy(int maxNewTokens, Set<Integer> eosIds) {
        return new GenerationSettings(maxNewTokens, 0, 0, eosIds);
    }
}
