package io.trimtab.merge.allreduce;

import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.Shard;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Every rank adds its own values to a passing segment; the last one keeps it. */
final class ReduceCargo implements Cargo {

    private final FloatSource local;
    private final Shard into;
    private final FloatSegments segments;
    private final float[] sum = new float[FloatSegments.PIECE];
    private final float[] own = new float[FloatSegments.PIECE];

    ReduceCargo(FloatSource local, Shard into, Range bucket) {
        this.local = local;
        this.into = into;
        this.segments = new FloatSegments(into.layout(), bucket);
    }

    @Override
    public int segments() {
        return segments.count();
    }

    @Override
    public int bytes(int chunk, int segment) {
        return segments.length(chunk, segment) * Float.BYTES;
    }

    @Override
    public void load(int chunk, int segment, ByteBuffer out) {
        segments.forEachPiece(chunk, segment, (offset, length) -> {
            local.read(offset, own, 0, length);
            FloatSegments.put(own, 0, length, out);
        });
    }

    @Override
    public void arrive(int chunk, int segment, ByteBuffer in, @Nullable ByteBuffer onward) {
        segments.forEachPiece(chunk, segment, (offset, length) -> {
            FloatSegments.get(in, sum, length);
            if (onward == null) {
                keep(offset, length);
            } else {
                local.read(offset, own, 0, length);
                add(own, 0, length, sum, 0);
                FloatSegments.put(own, 0, length, onward);
            }
        });
    }

    /** The own values are read to where the sum is to be, which saves a copy. */
    private void keep(long offset, int length) {
        into.forEachRun(offset, length, (block, from, count, done) -> {
            local.read(offset + done, block, from, count);
            add(block, from, count, sum, done);
        });
    }

    private static void add(float[] values, int from, int count, float[] added, int at) {
        for (int i = 0; i < count; i++) {
            values[from + i] += added[at + i];
        }
    }
}
