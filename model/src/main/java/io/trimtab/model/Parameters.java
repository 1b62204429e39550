package io.trimtab.model;

import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameter table as tensors of the engine, in the order of the table's ids, with the memory of weights and gradients.
 *
 * <p>Gradients exist from the start, as zeros, and their memory stays where it is. Zeroing them is a promise: the next pass back overwrites what it
 * would have added to zeros, and whoever looks before that finds zeros.
 *
 * <p>With {@link Precision#BF16} what matrix products take is a rounded copy of the weights, renewed once after they have been written and
 * not in every pass. Gradients of the copies are added to those of the weights, in 32 bits.
 */
final class Parameters {

    private final EngineSession session;
    private final List<TensorSpec> specs;
    private final boolean tied;
    private final @Nullable DitheredRounding rounding;
    private final Map<String, Tensor> weights = new HashMap<>();
    private final Map<String, Tensor> gradients = new HashMap<>();
    private final Map<String, Tensor> rounded = new LinkedHashMap<>();
    private final List<TensorMemory> weightMemory = new ArrayList<>();
    private final List<TensorMemory> gradientMemory = new ArrayList<>();
    private boolean stale;
    /** Whether gradients count as zeros, whatever their memory holds. */
    private boolean fresh;

    /** @param blockEntries of Java's view of a tensor's memory */
    Parameters(EngineSession session, ModelArchitecture architecture, PolicyOptions options, long blockEntries) {
        this.session = session;
        this.specs = architecture.tensors();
        this.tied = architecture.tiedEmbeddings();
        this.rounding = options.precision() == Precision.BF16 ? new DitheredRounding(session) : null;
        for (TensorSpec spec : specs) {
            Tensor weight = zeros(spec);
            weights.put(spec.name(), weight);
            weightMemory.add(session.memory(weight, blockEntries));
            if (options.trainable()) {
                session.root().requireGradient(weight);
                Tensor gradient = zeros(spec);
                gradients.put(spec.name(), gradient);
                gradientMemory.add(session.memory(gradient, blockEntries));
            }
        }
    }

    private Tensor zeros(TensorSpec spec) {
        return session.withoutGradients(() -> session.root().zeros(spec.shape()));
    }

    List<TensorSpec> specs() {
        return specs;
    }

    /** A weight as it is. */
    Tensor weight(String name) {
        return of(weights, name);
    }

    /** A weight as a matrix product takes it. */
    Tensor operand(String name) {
        if (rounding == null) {
            return weight(name);
        }
        stale = true;
        return rounded.computeIfAbsent(name, absent -> round(rounding, absent));
    }

    private Tensor round(DitheredRounding rounding, String name) {
        Tensor copy = rounding.of(weight(name));
        if (trainable()) {
            session.root().requireGradient(copy);
        }
        return copy;
    }

    /** Where the gradients of a weight add up. */
    Tensor gradient(String name) {
        return of(gradients, name);
    }

    boolean trainable() {
        return !gradients.isEmpty();
    }

    private static Tensor of(Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("The parameter table has no tensor " + name);
        }
        return tensor;
    }

    TensorMemory weights(int id) {
        return weightMemory.get(id);
    }

    /** Weights are about to be written, or have been. */
    void written() {
        stale = rounding != null;
    }

    /** Rounds what has been written since the last time, in one call; to be called before every computation. */
    void settle() {
        if (stale && rounding != null) {
            stale = false;
            rounding.again(
                    List.copyOf(rounded.values()),
                    rounded.keySet().stream().map(this::weight).toList());
        }
    }

    /** For the update's threads too. */
    synchronized TensorMemory gradients(int id) {
        requireTrainable();
        if (fresh) {
            fresh = false;
            zero(List.copyOf(gradients.values()));
        }
        return gradientMemory.get(id);
    }

    /** Whether gradients count as zeros and a pass back has to overwrite them all, as it does by the next time. */
    synchronized boolean takeFresh() {
        boolean overwritten = fresh;
        fresh = false;
        return overwritten;
    }

    void requireTrainable() {
        if (!trainable()) {
            throw new IllegalStateException("This policy keeps no gradients: it was not loaded as trainable");
        }
    }

    synchronized void zeroGradients() {
        requireTrainable();
        fresh = true;
        if (!tied) {
            // Rows are added into it and nothing writes the rest.
            zero(List.of(gradient(ModelArchitecture.EMBEDDING)));
        }
    }

    private void zero(List<Tensor> tensors) {
        session.withoutGradients(() -> {
            session.root().call("zero").with(tensors).effect();
            return specs;
        });
    }
}
