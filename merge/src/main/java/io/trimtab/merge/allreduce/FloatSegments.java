package io.trimtab.merge.allreduce;

import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.ShardLayout;
import java.nio.ByteBuffer;

/** A bucket of the flat space as chunks, one per rank, and their segments. */
record FloatSegments(ShardLayout layout, Range bucket) implements Cargo.Cut {

    static final int LENGTH = Wire.SEGMENT_BYTES / Float.BYTES;

    /** Floats of one piece, 4 KiB: two of them, and what they are copied from and to, stay in a processor's first cache together. */
    static final int PIECE = 1 << 10;

    private Range chunk(int number) {
        return layout.range(number).and(bucket);
    }

    @Override
    public int segments() {
        long longest = 0;
        for (int rank = 0; rank < layout.worldSize(); rank++) {
            longest = Math.max(longest, chunk(rank).length());
        }
        return Math.toIntExact((longest + LENGTH - 1) / LENGTH);
    }

    @Override
    public int bytes(int chunk, int segment) {
        return length(chunk, segment) * Float.BYTES;
    }

    long offset(int chunk, int segment) {
        return chunk(chunk).start() + (long) segment * LENGTH;
    }

    int length(int chunk, int segment) {
        return (int) Math.max(0, Math.min(LENGTH, chunk(chunk).length() - (long) segment * LENGTH));
    }

    /** Cuts a segment into pieces that stay in a processor's first cache from one loop to the next. */
    void forEachPiece(int chunk, int segment, Piece piece) {
        long offset = offset(chunk, segment);
        int length = length(chunk, segment);
        for (int done = 0; done < length; done += PIECE) {
            piece.visit(offset + done, Math.min(PIECE, length - done));
        }
    }

    interface Piece {
        void visit(long offset, int length);
    }

    static void get(ByteBuffer in, float[] values, int length) {
        in.asFloatBuffer().get(values, 0, length);
        in.position(in.position() + length * Float.BYTES);
    }

    static void put(float[] values, int from, int length, ByteBuffer out) {
        out.asFloatBuffer().put(values, from, length);
        out.position(out.position() + length * Float.BYTES);
    }
}
