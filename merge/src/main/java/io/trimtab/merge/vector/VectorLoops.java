package io.trimtab.merge.vector;

import org.jspecify.annotations.Nullable;

/**
 * Loops that see floats as integers on their way, of which C2 of JDK 17 makes no vector instructions by itself. Not thread safe.
 */
public interface VectorLoops {

    /**
     * New ones; null where they would be slow or there is no module {@code jdk.incubator.vector}. Spark 4 starts its JVMs with it; others have it with {@code
     * --add-modules=jdk.incubator.vector}.
     */
    static @Nullable VectorLoops create() {
        return Loader.CLASS == null ? null : Loader.create(Loader.CLASS);
    }

    /**
     * Looks for magnitudes in a band.
     *
     * @param low smallest magnitude bits of the band, above 0
     * @param high those just above it
     * @param inside takes the indices of the values in it, ascending; one longer than values are looked at
     * @return how many lie in it
     */
    int scan(float[] values, int from, int to, int low, int high, int[] inside);

    /** How many of the values looked at last lie above the band. */
    int above();

    /**
     * Adds to weights what a sign vote makes of the SFT delta and the step.
     *
     * @param delta the step, at the weights' indices
     * @param tau the SFT delta, from index 0 on
     * @param weighted whether the weighted terms vote
     * @param smallest magnitude bits of the smallest entry of the step that counts, smaller ones being taken for 0
     */
    void vote(
            float[] weights,
            float[] delta,
            int from,
            int to,
            float[] tau,
            float tauShare,
            float deltaShare,
            boolean weighted,
            int smallest);
}
