package io.trimtab.job.spark.ranks;

import io.trimtab.job.train.PolicyMemory;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.weights.TensorSource;
import java.util.List;

/** Base weights in the policy's flat space; where the base has none, the policy's own stand in, so that the SFT delta is 0. */
final class FittedBase implements FloatSource {
    private final List<TensorSpec> tensors;
    private final ParameterLayout layout;
    private final BaseFit fit;
    private final TensorSource policy;
    private final TensorSource base;

    FittedBase(List<TensorSpec> tensors, BaseFit fit, TensorSource policy, TensorSource base) {
        this.tensors = tensors;
        this.layout = PolicyMemory.layoutOf(tensors);
        this.fit = fit;
        this.policy = policy;
        this.base = base;
    }

    @Override
    public void read(long offset, float[] target, int at, int length) {
        int done = 0;
        for (int i = 0; i < tensors.size() && done < length; i++) {
            long from = offset + done - layout.tensors().get(i).offset();
            int count = (int) Math.min(length - done, tensors.get(i).elements() - from);
            if (from >= 0 && count > 0) {
                int common = (int) Math.max(0, Math.min(count, fit.common().get(i) - from));
                if (common > 0) {
                    base.readFloats(tensors.get(i), from, target, at + done, common);
                }
                if (common < count) {
                    policy.readFloats(tensors.get(i), from + common, target, at + done + common, count - common);
                }
                done += count;
            }
        }
    }
}
