package io.trimtab.merge.shard;

/**
 * Where the values of a shard lie: in blocks of equal length, the last of which may be shorter. Threads may work on different blocks at the
 * same time.
 */
sealed interface Blocks permits OwnBlocks, ForeignBlocks {

    int count();

    int length(int number);

    /** To read and to change, until this thread asks for another block or settles. */
    float[] block(int number);

    /** As {@link #block}, to read alone. */
    float[] view(int number);

    /** Copies values of a block out. */
    void read(int number, int from, float[] target, int at, int length);

    /** Copies values of a block in. */
    void write(int number, int from, float[] source, int at, int length);

    /** Puts what this thread has changed where it belongs. */
    void settle();
}
