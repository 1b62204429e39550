package io.trimtab.data.synthetic;

import java.util.SplittableRandom;

/** One random stream per purpose, so that changing how many rows one corpus has leaves every other corpus as it was. */
enum RandomStream {
    WORLD(0),
    PRETRAINING(1),
    SFT(2),
    PREFERENCES(3),
    HELD_OUT(4);

    /** Room between the streams of neighbouring seeds. */
    private static final long STREAMS_PER_SEED = 1000;

    private final long number;

    RandomStream(long number) {
        this.number = number;
    }

    SplittableRandom open(long seed) {
        return new SplittableRandom(seed * STREAMS_PER_SEED + number);
    }
}
