package io.trimtab.job.train;

import io.trimtab.merge.ParameterMemory;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.model.Policy;
import io.trimtab.model.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A policy's parameters as the merge sees them: one flat, long-indexed space, the tensors behind each other in id order, a tied pair
 * once. Copies between that space and the engine; holds no floats of its own.
 */
public final class PolicyMemory implements ParameterMemory {

    private final Policy policy;
    private final ParameterLayout layout;

    public PolicyMemory(Policy policy) {
        this.policy = policy;
        this.layout = layoutOf(policy.tensors());
    }

    /** The flat space of a model's tensors, which are in id order. */
    public static ParameterLayout layoutOf(List<TensorSpec> specs) {
        List<ParameterLayout.Tensor> tensors = new ArrayList<>();
        long offset = 0;
        for (TensorSpec spec : specs) {
            tensors.add(new ParameterLayout.Tensor(spec.id(), spec.name(), offset, spec.elements()));
            offset += spec.elements();
        }
        return new ParameterLayout(tensors);
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public void readGradients(long offset, float[] target, int at, int length) {
        forEachPiece(
                offset,
                at,
                length,
                (id, from, position, count) -> policy.readGradients(id, from, target, position, count));
    }

    @Override
    public void zeroGradients() {
        policy.zeroGradients();
    }

    @Override
    public void readWeights(long offset, float[] target, int at, int length) {
        forEachPiece(
                offset,
                at,
                length,
                (id, from, position, count) -> policy.readWeights(id, from, target, position, count));
    }

    @Override
    public void writeWeights(long offset, float[] source, int at, int length) {
        forEachPiece(
                offset,
                at,
                length,
                (id, from, position, count) -> policy.writeWeights(id, from, source, position, count));
    }

    @Override
    public int threads() {
        return policy.threads();
    }

    @Override
    public boolean isInPlace() {
        return policy.isInHostMemory();
    }

    @Override
    public void writeGradients(long offset, float[] source, int at, int length) {
        forEachPiece(
                offset,
                at,
                length,
                (id, from, position, count) -> policy.writeGradients(id, from, source, position, count));
    }

    /** Cuts a range of the flat space at the tensors' borders. */
    private void forEachPiece(long offset, int at, int length, Piece piece) {
        if (offset < 0 || offset + length > layout.size()) {
            throw new IllegalArgumentException("Range of parameters is outside the model: " + offset + " to "
                    + (offset + length) + " of " + layout.size());
        }
        int done = 0;
        for (int i = tensorAt(offset); done < length; i++) {
            ParameterLayout.Tensor tensor = layout.tensors().get(i);
            long from = offset + done - tensor.offset();
            int count = (int) Math.min(length - done, tensor.length() - from);
            piece.copy(tensor.id(), from, at + done, count);
            done += count;
        }
    }

    /** Position in the table of the tensor that holds this place of the flat space. */
    private int tensorAt(long offset) {
        int low = 0;
        int high = layout.tensors().size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (layout.tensors().get(middle).offset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private interface Piece {
        void copy(int tensorId, long from, int position, int count);
    }
}
