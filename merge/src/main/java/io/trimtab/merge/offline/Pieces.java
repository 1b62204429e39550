package io.trimtab.merge.offline;

import java.util.Arrays;
import java.util.List;

/**
 * The inputs of one tensor, read in pieces of whole rows, all inputs in step. A tensor of one piece is read once however often it is asked for. Every
 * value is checked when it is first read, and compared with the reference's. Belongs to one thread.
 */
final class Pieces {

    /** Entries of a piece, unless a single row has more: 4 MB an input. */
    static final int LENGTH = 1 << 20;

    /** No trained weight is near 2^64; a flipped exponent bit easily is. NaN and infinity lie above, too. */
    private static final int UNBELIEVABLE = Float.floatToRawIntBits(0x1.0p64f);

    /** Works on one piece; the values are the reader's own, by input, and must not be changed. */
    @FunctionalInterface
    interface Work {
        void on(float[][] values, long offset, int length);
    }

    private final List<TensorInput> inputs;
    private final int reference;
    private final long entries;
    private final int columns;
    private final int pieceLength;
    private final Workspace workspace;
    private final boolean[] differs;
    private long checked;
    private long present = -1;

    Pieces(List<TensorInput> inputs, int reference, long entries, long columns, Workspace workspace) {
        this.inputs = List.copyOf(inputs);
        this.reference = reference;
        this.entries = entries;
        this.columns = Math.toIntExact(Math.max(1, columns));
        this.pieceLength = Math.max(1, LENGTH / this.columns) * this.columns;
        this.workspace = workspace;
        this.differs = new boolean[inputs.size()];
    }

    int count() {
        return inputs.size();
    }

    /** Index of the base, or of the first input where there is no base. */
    int reference() {
        return reference;
    }

    long entries() {
        return entries;
    }

    /** Length of a row, the innermost dimension. */
    int columns() {
        return columns;
    }

    /** Scratch arrays of the present thread, as long as the longest piece. */
    float[] scratch(int index) {
        return workspace.scratch(index, length(0));
    }

    /** Whether an input has a value that the reference does not have, as far as it was read. */
    boolean differs(int input) {
        return differs[input];
    }

    /** Once over all entries, in ascending order. */
    void forEach(Work work) {
        for (long offset = 0; offset < entries; offset += pieceLength) {
            work.on(read(offset), offset, length(offset));
        }
    }

    private int length(long offset) {
        return (int) Math.min(pieceLength, entries - offset);
    }

    private float[][] read(long offset) {
        float[][] values = workspace.inputs(inputs.size(), length(0));
        if (present == offset) {
            return values;
        }
        int length = length(offset);
        for (int input = 0; input < inputs.size(); input++) {
            inputs.get(input).read(offset, values[input], length);
        }
        if (offset >= checked) {
            check(values, offset, length);
            checked = offset + length;
        }
        present = offset;
        return values;
    }

    private void check(float[][] values, long offset, int length) {
        for (int input = 0; input < inputs.size(); input++) {
            requireBelievable(inputs.get(input), values[input], offset, length);
            differs[input] = differs[input] || differ(values[input], values[reference], length);
        }
    }

    private static boolean differ(float[] values, float[] others, int length) {
        return values != others && Arrays.mismatch(values, 0, length, others, 0, length) >= 0;
    }

    private static void requireBelievable(TensorInput input, float[] values, long offset, int length) {
        int largest = 0;
        for (int i = 0; i < length; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & 0x7fffffff);
        }
        if (largest < UNBELIEVABLE) {
            return;
        }
        int place = 0;
        while ((Float.floatToRawIntBits(values[place]) & 0x7fffffff) < UNBELIEVABLE) {
            place++;
        }
        throw new MergeException("Cannot merge, entry " + (offset + place) + " of " + input + " is " + values[place]
                + ", which no trained weight is: the file is damaged or the training diverged; copy the model again");
    }
}
