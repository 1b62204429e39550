package io.trimtab.merge.shard;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * One value per parameter for the range a rank owns: weights, moments, a gradient, the SFT delta. The values lie in blocks of equal length
 * (the last may be shorter), because a rank may own more floats than a Java array holds. The blocks are handed out for loops and belong to
 * the shard. Threads may work on different blocks at a time, each of which {@link #settle settles} before another looks at them.
 */
public final class Shard implements FloatSource, FloatSink {

    private static final int SEGMENT = 1 << 16;

    private final ShardLayout layout;
    private final Range range;
    private final Blocks blocks;

    private Shard(ShardLayout layout, Blocks blocks) {
        this.layout = layout;
        this.range = layout.range();
        this.blocks = blocks;
    }

    public static Shard zeros(ShardLayout layout) {
        long length = requireNonNull(layout, "layout is null").range().length();
        return new Shard(layout, OwnBlocks.zeros(length, layout.blockLength()));
    }

    /**
     * Values that stay where they are, in memory that cannot be an array.
     *
     * @param source reads them, by positions in the flat space, for any number of threads
     * @param sink writes them, threads never the same
     */
    public static Shard over(ShardLayout layout, FloatSource source, FloatSink sink) {
        return new Shard(layout, new ForeignBlocks(layout.range(), layout.blockLength(), source, sink));
    }

    public ShardLayout layout() {
        return layout;
    }

    public Range range() {
        return range;
    }

    public int blockCount() {
        return blocks.count();
    }

    /** The live array, not a copy; valid until this thread asks for another block or {@link #settle settles}, which it must before others change it. */
    public float[] block(int number) {
        return blocks.block(number);
    }

    /** As {@link #block}, for those who change nothing. */
    public float[] view(int number) {
        return blocks.view(number);
    }

    /** What this thread has changed arrives; to be called before others look, and before the values' own place is used otherwise. */
    public void settle() {
        blocks.settle();
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
        for (int b = 0; b < blocks.count(); b++) {
            Range wanted = part.and(new Range(blockOffset(b), blockOffset(b) + blocks.length(b)));
            if (wanted.length() > 0) {
                source.read(wanted.start(), block(b), (int) (wanted.start() - blockOffset(b)), (int) wanted.length());
            }
        }
    }

    /** Also for a thread of another rank, once this one has settled. */
    public void writeTo(FloatSink sink) {
        for (int b = 0; b < blocks.count(); b++) {
            sink.write(blockOffset(b), view(b), 0, blocks.length(b));
        }
        settle();
    }

    /** The blocks behind a range of the flat space, run by run. */
    private void forEachRun(long offset, int length, Run run) {
        for (int done = 0; done < length; ) {
            long position = offset + done - range.start();
            int block = (int) (position / layout.blockLength());
            int from = (int) (position % layout.blockLength());
            int count = Math.min(length - done, blocks.length(block) - from);
            run.visit(block, from, count, done);
            done += count;
        }
    }

    /** Part of a range that lies in one block: {@code count} values from {@code from} on, the first of which is number {@code done} of the range. */
    private interface Run {
        void visit(int block, int from, int count, int done);
    }

    @Override
    public void read(long offset, float[] target, int at, int length) {
        forEachRun(offset, length, (block, from, count, done) -> blocks.read(block, from, target, at + done, count));
    }

    /** The values of a run of a tensor, to a place of an array. */
    public void read(TensorPart part, float[] target, int at) {
        blocks.read(part.block(), part.from(), target, at, part.length());
    }

    @Override
    public void write(long offset, float[] source, int at, int length) {
        forEachRun(offset, length, (block, from, count, done) -> blocks.write(block, from, source, at + done, count));
    }

    /**
     * The sum of the squares of the values divided by something; the values stay. The same bits on any number of threads.
     *
     * @return not finite exactly when a quotient is not finite
     */
    public double sumOfSquares(double divisor, Workers workers) {
        double[] sums = new double[blocks.count()];
        workers.forEachBlock(b -> {
            sums[b] = new SquareSum(divisor).of(view(b), blockOffset(b));
            settle();
        });
        double sum = 0.0;
        for (double ofBlock : sums) {
            sum += ofBlock;
        }
        return sum;
    }

    public void divide(double divisor) {
        float d = (float) divisor;
        for (int b = 0; b < blocks.count(); b++) {
            float[] block = block(b);
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
        for (int b = 0; b < blocks.count(); b++) {
            float[] block = block(b);
            for (int i = 0; i < block.length; i++) {
                block[i] *= f;
            }
        }
    }

    /** values += others in a part of a tensor. */
    public void add(TensorPart part, Shard others) {
        float[] block = block(part.block());
        float[] added = others.view(part.block());
        int to = part.to();
        for (int i = part.from(); i < to; i++) {
            block[i] += added[i];
        }
    }

    public void subtract(FloatSource source) {
        float[] segment = new float[SEGMENT];
        for (int b = 0; b < blocks.count(); b++) {
            float[] block = block(b);
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
        for (int n = 0; n < blocks.count(); n++) {
            float[] block = block(n);
            float[] one = a.view(n);
            float[] other = b.view(n);
            for (int i = 0; i < block.length; i++) {
                block[i] = one[i] + other[i];
            }
        }
    }

    public void setToZero(TensorPart part) {
        Arrays.fill(block(part.block()), part.from(), part.to(), 0.0f);
    }

    public void setToZero() {
        for (int b = 0; b < blocks.count(); b++) {
            Arrays.fill(block(b), 0.0f);
        }
    }

    /** values += share * (target - values), from the difference: a share near 0 stays exact. */
    public void moveTo(Shard target, double share) {
        float s = (float) share;
        for (int n = 0; n < blocks.count(); n++) {
            float[] block = block(n);
            float[] goal = target.view(n);
            for (int i = 0; i < block.length; i++) {
                block[i] += s * (goal[i] - block[i]);
            }
        }
    }

    /** Cuts every value of a part to -limit … limit. */
    public void clamp(TensorPart part, float limit) {
        float[] block = block(part.block());
        for (int i = part.from(); i < part.to(); i++) {
            block[i] = Math.max(-limit, Math.min(limit, block[i]));
        }
    }

    /**
     * values -= factor * values in a part: keeps a factor near 0 exact where {@code scale(1 - factor)} would round it to a float near 1.
     */
    public void decay(TensorPart part, double factor) {
        float f = (float) factor;
        float[] block = block(part.block());
        for (int i = part.from(); i < part.to(); i++) {
            block[i] -= f * block[i];
        }
    }

    /** values -= factor * (values + others) in a part. */
    public void decayWith(Shard others, TensorPart part, double factor) {
        float f = (float) factor;
        float[] block = block(part.block());
        float[] other = others.view(part.block());
        for (int i = part.from(); i < part.to(); i++) {
            block[i] -= f * (block[i] + other[i]);
        }
    }

    /** Of a part, in double. */
    public double sumOfMagnitudes(TensorPart part) {
        double sum = 0.0;
        float[] block = view(part.block());
        for (int i = part.from(); i < part.to(); i++) {
            sum += Math.abs(block[i]);
        }
        return sum;
    }

    public long countOfNonZeros() {
        long count = 0;
        for (int b = 0; b < blocks.count(); b++) {
            for (float value : view(b)) {
                count += value == 0.0f ? 0 : 1;
            }
        }
        return count;
    }
}
