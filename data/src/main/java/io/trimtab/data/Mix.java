package io.trimtab.data;

/** SplitMix64: the counter-based generator behind every shuffle and hash of the data path. */
public final class Mix {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Mix() {}

    /** SplitMix64's finaliser: a bijection of 64 bits. */
    public static long mix(long value) {
        long z = value;
        z ^= z >>> 30;
        z *= 0xBF58476D1CE4E5B9L;
        z ^= z >>> 27;
        z *= 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return z;
    }

    /** The counter-th number of the stream that (seed, stream) names. */
    public static long at(long seed, long stream, long counter) {
        return mix(mix(seed ^ mix(stream * GOLDEN_GAMMA)) + (counter + 1) * GOLDEN_GAMMA);
    }

    /** A number in [0, bound) from 64 random bits; the bias of at most bound / 2^64 is of no consequence here. */
    public static int below(long bits, int bound) {
        return (int) Math.multiplyHigh(bits >>> 1, (long) bound << 1);
    }

    public static long hash(long seed, String text) {
        long hash = mix(seed + GOLDEN_GAMMA);
        for (int i = 0; i < text.length(); i++) {
            hash = mix(hash + text.charAt(i) + GOLDEN_GAMMA);
        }
        return hash;
    }

    public static long hash(long seed, int[] ids) {
        long hash = mix(seed + GOLDEN_GAMMA);
        for (int id : ids) {
            hash = mix(hash + id + GOLDEN_GAMMA);
        }
        return hash;
    }
}
