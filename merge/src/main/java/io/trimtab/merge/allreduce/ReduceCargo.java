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
    public Cut cut() {
        return segments;
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
            local.read(offset, own, 0, length);
            add(own, sum, length);
            if (onward == null) {
                into.write(offset, own, 0, length);
            } else {
                FloatSegments.put(own, 0, length, onward);
            }
        });
    }

    /** Of two arrays from their starts on: C2 leaves the loop scalar where each has an offset of its own, and that costs more than the copy it saves. */
    private static void add(float[] values, float[] added, int count) {
        for (int i = 0; i < count; i++) {
            values[i] += added[i];
        }
    }
}
