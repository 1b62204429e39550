package io.trimtab.model.weights;

/** Number format of weights on disk, in safetensors' words. */
public enum WeightType {
    F32,
    F16,
    BF16
}
