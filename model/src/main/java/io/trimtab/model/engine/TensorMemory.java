package io.trimtab.model.engine;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The entries of a tensor as Java sees them: the one place where host memory matters. On the CPU reads and writes go straight to the
 * tensor's storage, without a copy in between; on a GPU they travel through the session's {@link Stage}.
 *
 * <p>Valid while the tensor lives and its storage stays: weights are only written in place, gradients only zeroed in place.
 */
public abstract sealed class TensorMemory {

    /** Entries of one block: at most 1 GiB. */
    public static final long BLOCK = 1L << 27;

    private TensorMemory() {}

    /**
     * The storage of a contiguous tensor on the CPU. A Java buffer ends at 2 GiB, so a large tensor is a row of blocks.
     *
     * @param blockEntries {@link #BLOCK}, or less to see that it does not matter
     */
    static TensorMemory mapped(TensorScope owner, Tensor tensor, long blockEntries) {
        List<ByteBuffer> blocks = new ArrayList<>();
        for (long from = 0; from < tensor.elements(); from += blockEntries) {
            long to = Math.min(tensor.elements(), from + blockEntries);
            Tensor block = owner.call("block").with(tensor).with(from).with(to).tensor();
            blocks.add(block.array.toByteBuffer(true));
        }
        return switch (tensor.array.getDataType()) {
            case FLOAT32 ->
                new Floats(
                        blockEntries,
                        blocks.stream().map(ByteBuffer::asFloatBuffer).toList());
            case FLOAT64 ->
                new Doubles(
                        blockEntries,
                        blocks.stream().map(ByteBuffer::asDoubleBuffer).toList());
            default ->
                throw new IllegalArgumentException(
                        "Only floats and doubles have a memory here: " + tensor.array.getDataType());
        };
    }

    /** A contiguous tensor anywhere. */
    static TensorMemory staged(Stage stage, Tensor tensor) {
        return new Staged(stage, tensor);
    }

    /** Copies entries [offset, offset + length) out. */
    public abstract void read(long offset, float[] target, int at, int length);

    /** Copies entries [offset, offset + length) in. */
    public abstract void write(long offset, float[] source, int at, int length);

    /** One entry, exactly. */
    public abstract double get(long offset);

    /** Sets one entry, exactly where the tensor holds doubles. */
    public abstract void set(long offset, double value);

    private static final class Staged extends TensorMemory {
        private final Stage stage;
        private final Tensor tensor;

        Staged(Stage stage, Tensor tensor) {
            this.stage = stage;
            this.tensor = tensor;
        }

        @Override
        public void read(long offset, float[] target, int at, int length) {
            stage.read(tensor, offset, target, at, length);
        }

        @Override
        public void write(long offset, float[] source, int at, int length) {
            stage.write(tensor, offset, source, at, length);
        }

        @Override
        public double get(long offset) {
            return stage.get(tensor, offset);
        }

        @Override
        public void set(long offset, double value) {
            stage.set(tensor, offset, value);
        }
    }

    private abstract static sealed class Mapped extends TensorMemory {
        private final long blockEntries;

        Mapped(long blockEntries) {
            this.blockEntries = blockEntries;
        }

        @Override
        public final void read(long offset, float[] target, int at, int length) {
            for (int done = 0; done < length; ) {
                int count = inBlock(offset + done, length - done);
                readBlock(block(offset + done), within(offset + done), target, at + done, count);
                done += count;
            }
        }

        @Override
        public final void write(long offset, float[] source, int at, int length) {
            for (int done = 0; done < length; ) {
                int count = inBlock(offset + done, length - done);
                writeBlock(block(offset + done), within(offset + done), source, at + done, count);
                done += count;
            }
        }

        abstract void readBlock(int block, int from, float[] target, int at, int length);

        abstract void writeBlock(int block, int from, float[] source, int at, int length);

        final int block(long offset) {
            return (int) (offset / blockEntries);
        }

        final int within(long offset) {
            return (int) (offset % blockEntries);
        }

        private int inBlock(long offset, int wanted) {
            return (int) Math.min(wanted, blockEntries - within(offset));
        }
    }

    private static final class Floats extends Mapped {
        private final List<FloatBuffer> blocks;

        Floats(long blockEntries, List<FloatBuffer> blocks) {
            super(blockEntries);
            this.blocks = blocks;
        }

        @Override
        public double get(long offset) {
            return blocks.get(block(offset)).get(within(offset));
        }

        @Override
        public void set(long offset, double value) {
            blocks.get(block(offset)).put(within(offset), (float) value);
        }

        @Override
        void readBlock(int block, int from, float[] target, int at, int length) {
            blocks.get(block).get(from, target, at, length);
        }

        @Override
        void writeBlock(int block, int from, float[] source, int at, int length) {
            blocks.get(block).put(from, source, at, length);
        }
    }

    private static final class Doubles extends Mapped {
        private final List<DoubleBuffer> blocks;

        Doubles(long blockEntries, List<DoubleBuffer> blocks) {
            super(blockEntries);
            this.blocks = blocks;
        }

        @Override
        public double get(long offset) {
            return blocks.get(block(offset)).get(within(offset));
        }

        @Override
        public void set(long offset, double value) {
            blocks.get(block(offset)).put(within(offset), value);
        }

        @Override
        void readBlock(int block, int from, float[] target, int at, int length) {
            DoubleBuffer buffer = blocks.get(block);
            for (int i = 0; i < length; i++) {
                target[at + i] = (float) buffer.get(from + i);
            }
        }

        @Override
        void writeBlock(int block, int from, float[] source, int at, int length) {
            DoubleBuffer buffer = blocks.get(block);
            for (int i = 0; i < length; i++) {
                buffer.put(from + i, source[at + i]);
            }
        }
    }
}
