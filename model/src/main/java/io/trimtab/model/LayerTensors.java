package io.trimtab.model;

import io.trimtab.model.parts.DecoderParts;
import io.trimtab.model.parts.Norms;
import io.trimtab.model.parts.Projections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The weights of one layer in the order in which {@code decoder.torchscript} takes them, the same for every family: where a family has no
 * such weight its place is empty, and the script leaves out what it would do.
 */
final class LayerTensors {

    private final ModelArchitecture model;
    private final List<Optional<Slot>> slots = new ArrayList<>();

    private LayerTensors(ModelArchitecture model) {
        this.model = model;
    }

    /** A weight of a layer: its name behind {@code model.layers.<n>.} and its shape. */
    record Slot(String name, long... shape) {
        /** Whether a matrix product takes it, or adds it to its result. */
        boolean operand() {
            return !name.endsWith("norm.weight");
        }
    }

    /** Places of a layer, as many for every family. */
    static List<Optional<Slot>> of(ModelArchitecture model) {
        LayerTensors tensors = new LayerTensors(model);
        tensors.addAttention();
        tensors.addMlp();
        return List.copyOf(tensors.slots);
    }

    private void addAttention() {
        DecoderParts parts = model.parts();
        Norms norms = parts.norms();
        Projections projections = parts.projections();
        long queries = (long) model.heads() * model.headSize();
        long keys = (long) model.keyValueHeads() * model.headSize();
        boolean fused = projections.fused();
        boolean bias = projections.queryKeyValueBias();
        norm(norms.beforeAttention(), model.hiddenSize());
        matrix(true, fused ? "self_attn.qkv_proj" : "self_attn.q_proj", fused ? queries + 2 * keys : queries);
        matrix(!fused, "self_attn.k_proj", keys);
        matrix(!fused, "self_attn.v_proj", keys);
        bias(bias, "self_attn.q_proj", queries);
        bias(bias, "self_attn.k_proj", keys);
        bias(bias, "self_attn.v_proj", keys);
        queryKeyNorm("self_attn.q_norm", model.heads());
        queryKeyNorm("self_attn.k_norm", model.keyValueHeads());
        add(true, "self_attn.o_proj.weight", model.hiddenSize(), queries);
        bias(projections.outputBias(), "self_attn.o_proj", model.hiddenSize());
        norm(norms.afterAttention(), model.hiddenSize());
    }

    private void addMlp() {
        Norms norms = model.parts().norms();
        Projections projections = model.parts().projections();
        long width = model.intermediateSize();
        boolean fused = projections.fused();
        norm(norms.beforeMlp(), model.hiddenSize());
        matrix(true, fused ? "mlp.gate_up_proj" : "mlp.gate_proj", fused ? 2 * width : width);
        matrix(!fused, "mlp.up_proj", width);
        add(true, "mlp.down_proj.weight", model.hiddenSize(), width);
        bias(projections.mlpBias(), "mlp.gate_proj", width);
        bias(projections.mlpBias(), "mlp.up_proj", width);
        bias(projections.mlpBias(), "mlp.down_proj", model.hiddenSize());
        norm(norms.afterMlp(), model.hiddenSize());
    }

    /** Out of the stream. */
    private void matrix(boolean present, String name, long rows) {
        add(present, name + ".weight", rows, model.hiddenSize());
    }

    private void bias(boolean present, String name, long rows) {
        add(present, name + ".bias", rows);
    }

    private void norm(Optional<String> name, long width) {
        add(name.isPresent(), name.orElse("") + ".weight", width);
    }

    private void queryKeyNorm(String name, int heads) {
        long width = model.parts().queryKeyNorm().width(heads, model.headSize());
        add(width > 0, name + ".weight", width);
    }

    private void add(boolean present, String name, long... shape) {
        slots.add(present ? Optional.of(new Slot(name, shape)) : Optional.empty());
    }
}
