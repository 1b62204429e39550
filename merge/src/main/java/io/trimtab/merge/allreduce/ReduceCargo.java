package io.trimtab.merge.allreduce;

import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Shard;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Every rank adds its own values to a passing segment; the last one keeps it. */
final class ReduceCargo implements Cargo {

    private final FloatSource local;
    private final Shard into;
    private final FloatSegments segments;
    private final float[] sum = new float[FloatSegments.LENGTH];
    private final float[] own = new float[FloatSegments.LENGTH];

    ReduceCargo(FloatSource local, Shard into) {
        this.local = local;
        this.into = into;
        this.segments = new FloatSegments(into.layout());
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
        int length = segments.length(chunk, segment);
        local.read(segments.offset(chunk, segment), own, 0, length);
        FloatSegments.put(own, length, out);
    }

    @Override
    public void arrive(int chunk, int segment, ByteBuffer in, @Nullable ByteBuffer onward) {
        int length = segments.length(chunk, segment);
        long offset = segments.offset(chunk, segment);
        in.asFloatBuffer().get(sum, 0, length);
        local.read(offset, own, 0, length);
        for (int i = 0; i < length; i++) {
            sum[i] += own[i];
        }
        if (onward == null) {
            into.write(offset, sum, 0, length);
        } else {
            FloatSegments.put(sum, length, onward);
        }
    }
}
