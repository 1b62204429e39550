package io.trimtab.data.synthetic;

import java.util.SplittableRandom;

/** One random stream per purpose, so that changing how many rows one corpus has leaves every other corpus as it was. */
enum RandomStream {
    WORLD,
    PRETRAINING,
    SFT,
    PREFERENCES,
    HELD_OUT;

    /** Room between the streams of neighbouring seeds. */
    private static final long STREAMS_PER_SEED = 1000;

    SplittableRandom open(long seed) {
        return new SplittableRandom(seed * STREAMS_PER_SEED + ordinal());
    }
}
