package io.trimtab.merge.shard;

/** Floats whose lower 16 bits are 0, which is to say bfloat16 numbers, in two bytes each. */
final class Halves {

    private static final int LOWER = 0xffff;

    private Halves() {}

    /** @param bits of all the floats, or-ed */
    static boolean fit(int bits) {
        return (bits & LOWER) == 0;
    }

    static short half(float value) {
        return (short) (Float.floatToRawIntBits(value) >>> 16);
    }

    static float whole(short half) {
        return Float.intBitsToFloat(half << 16);
    }
}
