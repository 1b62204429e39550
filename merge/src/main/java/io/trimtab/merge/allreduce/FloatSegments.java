package io.trimtab.merge.allreduce;

import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.ShardLayout;
import java.nio.ByteBuffer;

/** The flat space as chunks, one per rank, and their segments. */
record FloatSegments(ShardLayout layout) {

    static final int LENGTH = Wire.SEGMENT_BYTES / Float.BYTES;

    int count() {
        return Math.toIntExact(
                (layout.range(0).length() + LENGTH - 1) / LENGTH); // rank 0 has one of the longest chunks
    }

    long offset(int chunk, int segment) {
        return layout.range(chunk).start() + (long) segment * LENGTH;
    }

    int length(int chunk, int segment) {
        Range range = layout.range(chunk);
        return (int) Math.max(0, Math.min(LENGTH, range.length() - (long) segment * LENGTH));
    }

    static void put(float[] values, int length, ByteBuffer out) {
        out.asFloatBuffer().put(values, 0, length);
        out.position(out.position() + length * Float.BYTES);
    }
}
