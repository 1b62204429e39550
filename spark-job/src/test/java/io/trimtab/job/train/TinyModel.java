package io.trimtab.job.train;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.Precision;
import io.trimtab.model.engine.Device;
import io.trimtab.model.weights.ModelFolder;

/** stories260k from the shared data: its weights as one flat array and as many policies as a test wants. */
final class TinyModel {

    private final ParameterLayout layout;
    private final float[] weights;

    private TinyModel(ParameterLayout layout, float[] weights) {
        this.layout = layout;
        this.weights = weights;
    }

    static TinyModel open() {
        try (Policy policy = load(TestDevice.training())) {
            return new TinyModel(PolicyMemory.layoutOf(policy.tensors()), LoopRun.weights(policy));
        }
    }

    private static Policy load(PolicyOptions options) {
        try (ModelFolder folder = ModelFolder.open(Golden.stories260k())) {
            return Policy.load(folder, options);
        }
    }

    ParameterLayout layout() {
        return layout;
    }

    float[] weights() {
        return weights.clone();
    }

    float[] perturbed(JsonNode formula) {
        return Golden.perturbed(weights, layout, formula);
    }

    Policy policy() {
        return load(TestDevice.training());
    }

    Policy policy(Precision precision) {
        return load(TestDevice.training().withPrecision(precision));
    }

    Policy policy(Precision precision, Device device) {
        return load(TestDevice.training().withPrecision(precision).on(device));
    }

    Policy policy(float[] otherWeights) {
        return policy(otherWeights, Precision.FP32);
    }

    Policy policy(float[] otherWeights, Precision precision) {
        Policy policy = policy(precision);
        new PolicyMemory(policy).writeWeights(0, otherWeights, 0, otherWeights.length);
        return policy;
    }
}
