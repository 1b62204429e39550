package io.trimtab.merge.offline;

import java.util.List;

/**
 * A tensor of the result before it is known how it is merged.
 *
 * @param inputs names in the models of the slice, in their order
 * @param depth 0 in the first layer of the slice and outside of layers, 1 in its last layer
 * @param layer in the result; -1 outside of layers
 * @param layers of the result
 */
record OutputTensor(String name, Participants participants, List<String> inputs, double depth, int layer, int layers) {

    OutputTensor {
        inputs = List.copyOf(inputs);
    }
}
