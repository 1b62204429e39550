package io.trimtab.merge.sparsify;

/**
 * Counter-based random numbers: the i-th number of a key is a pure function of key and i, so every rank can make any part of a mask, and a resumed
 * step draws the same one. Equal to the i-th {@code nextDouble} of {@code java.util.SplittableRandom(key)}.
 *
 * <pre>
 * G = 0x9E3779B97F4A7C15        mix = SplitMix64's finaliser
 * key = mix(seed ^ mix(step G + tensor))        u_i = (mix(key + (i + 1) G) >>> 11) 2^-53
 * </pre>
 */
final class MaskKey {

    static final long GAMMA = 0x9E3779B97F4A7C15L;

    private MaskKey() {}

    static long of(long seed, long step, int tensor) {
        return mix(seed ^ mix(step * GAMMA + tensor));
    }

    /** The number of an element, as an integer of 53 bits. */
    static long bits(long key, long element) {
        return mix(key + (element + 1) * GAMMA) >>> 11;
    }

    /** {@code bits < threshold(p)} exactly when {@code u < p}: p 2^53 is exact, so nothing is rounded. */
    static long threshold(double share) {
        return (long) Math.ceil(share * 0x1.0p53);
    }

    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
