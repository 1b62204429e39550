package io.trimtab.job.spark.ranks;

import io.trimtab.job.train.PolicyMemory;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.weights.ModelFolder;
import java.util.List;

/** The weights of a model folder as the merge sees them: one flat space, tensors behind each other in id order. */
final class FolderFloats implements FloatSource {
    private final ModelFolder folder;
    private final List<TensorSpec> tensors;
    private final ParameterLayout layout;

    FolderFloats(ModelFolder folder) {
        this.folder = folder;
        this.tensors = folder.architecture().tensors();
        this.layout = PolicyMemory.layoutOf(tensors);
    }

    @Override
    public void read(long offset, float[] target, int at, int length) {
        int done = 0;
        for (int i = 0; i < tensors.size() && done < length; i++) {
            long from = offset + done - layout.tensors().get(i).offset();
            int count = (int) Math.min(length - done, layout.tensors().get(i).length() - from);
            if (from >= 0 && count > 0) {
                folder.readFloats(tensors.get(i), from, target, at + done, count);
                done += count;
            }
        }
    }
}
