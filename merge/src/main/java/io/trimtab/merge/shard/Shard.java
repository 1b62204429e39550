package io.trimtab.merge.shard;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * One value per parameter for the range a rank owns: weights, moments, a gradient, the SFT delta. The values lie in blocks of equal length
 * (the last may be shorter), because a rank may own more floats than a Java array holds. Not thread-safe; the blocks are handed out for
 * loops and belong to the shard.
 */
public final class Shard implements FloatSource, FloatSink {

    private static final int SEGMENT = 1 << 16;

    private final ShardLayout layout;
    private final Range range;
    private final float[][] blocks;

    private Shard(ShardLayout layout, float[][] blocks) {
        this.layout = layout;
        this.range = layout.range();
        this.blocks = blocks;
    }

    public static Shard zeros(ShardLayout layout) {
        long length = requireNonNull(layout, "layout is null").range().length();
        int blockLength = layout.blockLength();
        float[][] blocks = new float[Math.toIntExact((length + blockLength - 1) / blockLength)][];
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = new float[(int) Math.min(blockLength, length - (long) b * blockLength)];
        }
        return new Shard(layout, blocks);
    }

    public ShardLayout layout() {
        return layout;
    }

    public Range range() {
        return range;
    }

    public int blockCount() {
        return blocks.length;
    }

    /** The live array, not a copy. */
    public float[] block(int number) {
        return blocks[number];
    }

    /** Position in the flat space of the first value of a block. */
    public long blockOffset(int number) {
        return range.start() + (long) number * layout.blockLength();
    }

    public void readFrom(FloatSource source) {
        readFrom(source, range);
    }

    /** What this shard owns of a part of the flat space. */
    public void readFrom(FloatSource source, Range part) {
        for (int b = 0; b < blocks.length; b++) {
            Range wanted = part.and(new Range(blockOffset(b), blockOffset(b) + blocks[b].length));
            if (wanted.length() > 0) {
                source.read(wanted.start(), blocks[b], (int) (wanted.start() - blockOffset(b)), (int) wanted.length());
            }
        }
    }

    public void writeTo(FloatSink sink) {
        for (int b = 0; b < blocks.length; b++) {
            sink.write(blockOffset(b), blocks[b], 0, blocks[b].length);
        }
    }

    /** The live arrays behind a range of the flat space, run by run. */
    public void forEachRun(long offset, int length, Run run) {
        for (int done = 0; done < length; ) {
            long position = offset + done - range.start();
            float[] block = blocks[(int) (position / layout.blockLength())];
            int from = (int) (position % layout.blockLength());
            int count = Math.min(length - done, block.length - from);
            run.visit(block, from, count, done);
            done += count;
        }
    }

    /** Part of a range that lies in one block. */
    @FunctionalInterface
    public interface Run {

        /** Values {@code block[from]} to {@code block[from + count - 1]}, the first of which is number {@code done} of the range. */
        void visit(float[] block, int from, int count, int done);
    }

    @Override
    public void read(long offset, float[] target, int at, int length) {
        forEachRun(
                offset, length, (block, from, count, done) -> System.arraycopy(block, from, target, at + done, count));
    }

    @Override
    public void write(long offset, float[] source, int at, int length) {
        forEachRun(
                offset, length, (block, from, count, done) -> System.arraycopy(source, at + done, block, from, count));
    }

    /**
     * The sum of the squares of the values divided by something; the values stay.
     *
     * @return not finite exactly when a quotient is not finite
     */
    public double sumOfSquares(double divisor) {
        SquareSum squares = new SquareSum(divisor);
        double sum = 0.0;
        for (int b = 0; b < blocks.length; b++) {
            sum += squares.of(blocks[b], blockOffset(b));
        }
        return sum;
    }

    public void divide(double divisor) {
        float d = (float) divisor;
        for (float[] block : blocks) {
            for (int i = 0; i < block.length; i++) {
                block[i] /= d;
            }
        }
    }

    public void scale(double factor) {
        if (factor == 1.0) {
            return;
        }
        float f = (float) factor;
        for (float[] block : blocks) {
            for (int i = 0; i < block.length; i++) {
                block[i] *= f;
            }
        }
    }

    /** values += others in a part of a tensor. */
    public void add(TensorPart part, Shard others) {
        float[] block = blocks[part.block()];
        float[] added = others.blocks[part.block()];
        int to = part.to();
        for (int i = part.from(); i < to; i++) {
            block[i] += added[i];
        }
    }

    public void subtract(FloatSource source) {
        float[] segment = new float[SEGMENT];
        for (int b = 0; b < blocks.length; b++) {
            float[] block = blocks[b];
            for (int from = 0; from < block.length; from += SEGMENT) {
                int length = Math.min(SEGMENT, block.length - from);
                source.read(blockOffset(b) + from, segment, 0, length);
                for (int i = 0; i < length; i++) {
                    block[from + i] -= segment[i];
                }
            }
        }
    }

    /** values = a + b. */
    public void setToSum(Shard a, Shard b) {
        for (int n = 0; n < blocks.length; n++) {
            float[] block = blocks[n];
            float[] one = a.blocks[n];
            float[] other = b.blocks[n];
            for (int i = 0; i < block.length; i++) {
                block[i] = one[i] + other[i];
            }
        }
    }

    public void setToZero(TensorPart part) {
        Arrays.fill(blocks[part.block()], part.from(), part.to(), 0.0f);
    }

    public void setToZero() {
        for (float[] block : blocks) {
            Arrays.fill(block, 0.0f);
        }
    }

    /** values += share * (target - values), from the difference: a share near 0 stays exact. */
    public void moveTo(Shard target, double share) {
        float s = (float) share;
        for (int n = 0; n < blocks.length; n++) {
            float[] block = blocks[n];
            float[] goal = target.blocks[n];
            for (int i = 0; i < block.length; i++) {
                block[i] += s * (goal[i] - block[i]);
            }
        }
    }

    /** Cuts every value of a part to -limit … limit. */
    public void clamp(TensorPart part, float limit) {
        float[] block = blocks[part.block()];
        for (int i = part.from(); i < part.to(); i++) {
            block[i] = Math.max(-limit, Math.min(limit, block[i]));
        }
    }

    /**
     * values -= factor * values in a part: keeps a factor near 0 exact where {@code scale(1 - factor)} would round it to a float near 1.
     */
    public void decay(TensorPart part, double factor) {
        float f = (float) factor;
        float[] block = blocks[part.block()];
        for (int i = part.from(); i < part.to(); i++) {
            block[i] -= f * block[i];
        }
    }

    /** values -= factor * (values + others) in a part. */
    public void decayWith(Shard others, TensorPart part, double factor) {
        float f = (float) factor;
        float[] block = blocks[part.block()];
        float[] other = others.blocks[part.block()];
        for (int i = part.from(); i < part.to(); i++) {
            block[i] -= f * (block[i] + other[i]);
        }
    }

    /** Of a part, in double. */
    public double sumOfMagnitudes(TensorPart part) {
        double sum = 0.0;
        float[] block = blocks[part.block()];
        for (int i = part.from(); i < part.to(); i++) {
            sum += Math.abs(block[i]);
        }
        return sum;
    }

    public long countOfNonZeros() {
        long count = 0;
        for (float[] block : blocks) {
            for (float value : block) {
                count += value == 0.0f ? 0 : 1;
            }
        }
        return count;
    }
}
