package io.trimtab.merge.allreduce;

import io.trimtab.merge.shard.FloatSink;
import io.trimtab.merge.shard.Shard;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Every rank's shard passes all others, each of which takes a copy. */
final class GatherCargo implements Cargo {

    private final Shard shard;
    private final FloatSink sink;
    private final FloatSegments segments;
    private final float[] values = new float[FloatSegments.LENGTH];

    GatherCargo(Shard shard, FloatSink sink) {
        this.shard = shard;
        this.sink = sink;
        this.segments = new FloatSegments(shard.layout());
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
        shard.read(segments.offset(chunk, segment), values, 0, length);
        FloatSegments.put(values, length, out);
    }

    @Override
    public void arrive(int chunk, int segment, ByteBuffer in, @Nullable ByteBuffer onward) {
        int length = segments.length(chunk, segment);
        if (onward != null) {
            onward.put(in.duplicate());
        }
        in.asFloatBuffer().get(values, 0, length);
        sink.write(segments.offset(chunk, segment), values, 0, length);
    }
}
