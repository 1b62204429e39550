package io.trimtab.merge.allreduce;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.shard.FloatSink;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.Shard;

/** The one rank of a run without others. */
public final class Solo implements Collective {

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int worldSize() {
        return 1;
    }

    @Override
    public double[] sum(double[] values) {
        return requireNonNull(values, "values is null").clone();
    }

    @Override
    public void reduceScatter(FloatSource local, Shard into, Range bucket) {
        into.readFrom(local, bucket);
    }

    @Override
    public void allGather(Shard shard, FloatSink sink) {
        shard.writeTo(sink);
    }

    @Override
    public void close() {}
}
