package io.trimtab.merge;

/** Seconds of consecutive phases. */
final class Stopwatch {

    private long start = System.nanoTime();

    /** Seconds since the last call, or since the beginning. */
    double lap() {
        long now = System.nanoTime();
        double seconds = (now - start) / 1e9;
        start = now;
        return seconds;
    }
}
