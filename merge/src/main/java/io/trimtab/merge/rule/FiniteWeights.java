package io.trimtab.merge.rule;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;

/** Refuses weights to start from that are no numbers: one of them would spread over the model within a step. */
public final class FiniteWeights {

    private FiniteWeights() {}

    /**
     * All ranks enter, and all of them throw.
     *
     * @param what the values are, for the message
     */
    public static void require(Shard values, String what, ParameterLayout layout, Collective collective) {
        double[] firstByRank = new double[collective.worldSize()];
        firstByRank[collective.rank()] = 1 + firstBad(values);
        for (double first : collective.sum(firstByRank)) {
            if (first > 0) {
                throw new UnusableWeightsException(what, name(layout, (int) first - 1));
            }
        }
    }

    /** Id of the first tensor with such an entry; -1 if there is none. */
    private static int firstBad(Shard values) {
        for (TensorPart part : values.layout().parts()) {
            float[] block = values.view(part.block());
            for (int i = part.from(); i < part.to(); i++) {
                if (!Float.isFinite(block[i])) {
                    return part.tensor();
                }
            }
        }
        return -1;
    }

    private static String name(ParameterLayout layout, int id) {
        return layout.tensors().stream()
                .filter(tensor -> tensor.id() == id)
                .map(ParameterLayout.Tensor::name)
                .findFirst()
                .orElseThrow();
    }
}
