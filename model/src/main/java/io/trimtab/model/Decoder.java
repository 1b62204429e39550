package io.trimtab.model;

import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorScope;

/**
 * Packed ids to hidden states. A family of models, or adapters over one, is one more implementation; what the hidden states are good for is
 * the business of a head ({@link LogProbHead}).
 */
interface Decoder {

    /**
     * Hidden states behind the last norm of the batch's predicting rows, (M, H), with what the way back
     * needs; everything made lives in the scope.
     */
    Pass forward(TensorScope scope, PackedBatch batch);

    /** The same without a graph. To be called with gradients off. */
    Tensor hidden(TensorScope scope, PackedBatch batch);

    /** One forward pass that can be sent back once. */
    interface Pass {
        Tensor hidden();

        /**
         * Adds to the parameters' gradients.
         *
         * @param gradient of the hidden states, (M, H)
         * @param fresh whether to overwrite the gradients instead, but for rows of the embedding, which the head has written or are zeros
         */
        void backward(Tensor gradient, boolean fresh);
    }
}
