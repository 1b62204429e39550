package io.trimtab.merge.allreduce;

import io.trimtab.merge.shard.FloatSink;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.Shard;

/**
 * Operations that every rank enters, in the same order. Used by one thread per rank; {@link #close} may be called by any thread, any
 * number of times, and wakes a waiting rank with a {@link java.util.concurrent.CancellationException}.
 *
 * <p>The order of every addition depends on the number of ranks alone, so that runs repeat bit for bit.
 */
public interface Collective extends AutoCloseable {

    int rank();

    int worldSize();

    /**
     * Sums over all ranks, added in rank order in double: the result is the same bits on every rank.
     *
     * @param values of equal length on all ranks
     * @throws PeerLostException when another rank is gone
     */
    double[] sum(double[] values);

    /**
     * Fills the shard with the sum, over all ranks, of their values for its range. The part of rank r is added beginning with rank r + 1 and ending
     * with rank r itself.
     *
     * @param local this rank's values for the whole flat space
     * @throws PeerLostException when another rank is gone
     */
    default void reduceScatter(FloatSource local, Shard into) {
        reduceScatter(local, into, new Range(0, into.layout().size()));
    }

    /**
     * The same for one bucket: fills what the shard owns of it. Buckets may come in any order, the same on every rank, as soon as their values are final
     * here; together they give the same bits as the whole at once.
     *
     * @param local this rank's values; asked for the bucket alone
     * @param bucket part of the flat space
     * @throws PeerLostException when another rank is gone
     */
    void reduceScatter(FloatSource local, Shard into, Range bucket);

    /**
     * Hands every rank's shard, the own one included, to the sink of every rank.
     *
     * @throws PeerLostException when another rank is gone
     */
    void allGather(Shard shard, FloatSink sink);

    @Override
    void close();
}
