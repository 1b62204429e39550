package io.trimtab.model;

import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorList;
import io.trimtab.model.engine.TensorMemory;
import io.trimtab.model.engine.TensorScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameter table as tensors of the engine, in the order of the table's ids, with the memory of weights and gradients.
 *
 * <p>Gradients exist from the start, as zeros, and are only added to and zeroed in place: their memory stays where it is, and a parameter
 * that nothing has reached reads as zeros.
 */
final class Parameters implements AutoCloseable {

    private final EngineSession session;
    private final List<TensorSpec> specs;
    private final Map<String, Tensor> byName = new HashMap<>();
    private final List<TensorMemory> weights = new ArrayList<>();
    private final List<TensorMemory> gradients = new ArrayList<>();
    private final TensorList gradientTensors;

    /** @param blockEntries of Java's view of a tensor's memory */
    Parameters(EngineSession session, List<TensorSpec> specs, boolean trainable, long blockEntries) {
        this.session = session;
        this.specs = specs;
        TensorScope root = session.root();
        List<Tensor> tensors = new ArrayList<>();
        for (TensorSpec spec : specs) {
            Tensor tensor = root.zeros(spec.shape());
            tensors.add(tensor);
            byName.put(spec.name(), tensor);
            weights.add(TensorMemory.of(root, tensor, blockEntries));
        }
        gradientTensors = TensorList.of(trainable ? gradients(root, tensors, blockEntries) : List.of());
    }

    private List<Tensor> gradients(TensorScope root, List<Tensor> tensors, long blockEntries) {
        tensors.forEach(root::requireGradient);
        try (TensorScope scope = root.open()) {
            Tensor nothing = session.withGradients(
                    () -> scope.call("touch").with(tensors).tensor());
            scope.backward(nothing, scope.reals(new double[] {1}));
        }
        List<Tensor> result = new ArrayList<>();
        for (Tensor tensor : tensors) {
            Tensor gradient = root.gradient(tensor);
            result.add(gradient);
            gradients.add(TensorMemory.of(root, gradient, blockEntries));
        }
        return result;
    }

    List<TensorSpec> specs() {
        return specs;
    }

    Tensor tensor(String name) {
        Tensor tensor = byName.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("The parameter table has no tensor " + name);
        }
        return tensor;
    }

    TensorMemory weights(int id) {
        return weights.get(id);
    }

    TensorMemory gradients(int id) {
        requireTrainable();
        return gradients.get(id);
    }

    void requireTrainable() {
        if (gradients.isEmpty()) {
            throw new IllegalStateException("This policy keeps no gradients: it was not loaded as trainable");
        }
    }

    void zeroGradients() {
        requireTrainable();
        session.root().call("zero").with(gradientTensors).effect();
    }

    @Override
    public void close() {
        gradientTensors.close();
    }
}
