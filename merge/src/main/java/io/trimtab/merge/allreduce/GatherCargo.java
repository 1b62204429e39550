package io.trimtab.merge.allreduce;

import io.trimtab.merge.shard.FloatSink;
import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.Shard;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Every rank's shard passes all others, each of which takes a copy; so does its owner when it sends it out. */
final class GatherCargo implements Cargo {

    private final Shard shard;
    private final FloatSink sink;
    private final FloatSegments segments;
    private final float[] values = new float[FloatSegments.PIECE];

    GatherCargo(Shard shard, FloatSink sink) {
        this.shard = shard;
        this.sink = sink;
        this.segments =
                new FloatSegments(shard.layout(), new Range(0, shard.layout().size()));
    }

    @Override
    public Cut cut() {
        return segments;
    }

    @Override
    public void load(int chunk, int segment, ByteBuffer out) {
        segments.forEachPiece(chunk, segment, (offset, length) -> {
            shard.read(offset, values, 0, length);
            FloatSegments.put(values, 0, length, out);
            sink.write(offset, values, 0, length);
        });
    }

    @Override
    public void arrive(int chunk, int segment, ByteBuffer in, @Nullable ByteBuffer onward) {
        if (onward != null) {
            onward.put(in.duplicate());
        }
        segments.forEachPiece(chunk, segment, (offset, length) -> {
            FloatSegments.get(in, values, length);
            sink.write(offset, values, 0, length);
        });
    }
}
