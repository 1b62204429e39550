package io.trimtab.job.train;

/**
 * The work that {@link Bench} measures: the same preference pairs of random ids in every step.
 *
 * @param pairs per step
 * @param promptTokens of a pair on average; lengths go from half to one and a half of it
 * @param completionTokens of each answer on average, spread likewise
 * @param warmUpSteps not measured: the engine compiles and allocates in its first steps
 * @param microBatchTokens packed tokens of one forward pass
 */
public record BenchSettings(
        int pairs, int promptTokens, int completionTokens, int warmUpSteps, int steps, int microBatchTokens) {

    public BenchSettings {
        requireAtLeast("pairs", pairs, 1);
        requireAtLeast("promptTokens", promptTokens, 2);
        requireAtLeast("completionTokens", completionTokens, 2);
        requireAtLeast("warmUpSteps", warmUpSteps, 0);
        requireAtLeast("steps", steps, 1);
        requireAtLeast("microBatchTokens", microBatchTokens, 1);
    }

    /** Lengths of the harmless-base pairs of hh-rlhf at no more than 512 tokens: four in ten tokens are shared by both answers. */
    public static BenchSettings standard() {
        return new BenchSettings(4, 129, 34, 2, 8, 4096);
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("A bench needs " + name + " of at least " + least + ": " + value);
        }
    }
}
