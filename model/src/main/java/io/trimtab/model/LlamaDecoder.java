package io.trimtab.model;

import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.ScriptCall;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorList;
import io.trimtab.model.engine.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * The Llama family: pre-norm, rotary positions, grouped key/value heads, gated MLP, no biases. The layers are methods of
 * {@code decoder.torchscript}; a pass is one call, or one per layer with activation checkpointing.
 */
final class LlamaDecoder implements Decoder, AutoCloseable {

    /** Weights of one layer, in the order in which the script takes them. */
    private static final List<String> LAYER = List.of(
            "input_layernorm",
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "post_attention_layernorm",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj");

    private final EngineSession session;
    private final ModelArchitecture architecture;
    private final boolean checkpointing;
    private final RotaryTable rotary;
    private final Tensor embedding;
    private final Tensor lastNorm;
    private final TensorList weights;

    LlamaDecoder(EngineSession session, ModelArchitecture architecture, Parameters parameters, boolean checkpointing) {
        this.session = session;
        this.architecture = architecture;
        this.checkpointing = checkpointing;
        this.rotary = new RotaryTable(session.root(), architecture);
        this.embedding = parameters.tensor(ModelArchitecture.EMBEDDING);
        this.lastNorm = parameters.tensor("model.norm.weight");
        List<Tensor> layers = new ArrayList<>();
        for (int layer = 0; layer < architecture.layers(); layer++) {
            for (String name : LAYER) {
                layers.add(parameters.tensor("model.layers." + layer + "." + name + ".weight"));
            }
        }
        this.weights = TensorList.of(layers);
    }

    @Override
    public Pass forward(TensorScope scope, PackedBatch batch) {
        Inputs inputs = inputs(scope, batch);
        if (checkpointing) {
            return new CheckpointedPass(scope, inputs);
        }
        Tensor hidden = decode(scope, inputs);
        return new Pass() {
            @Override
            public Tensor hidden() {
                return hidden;
            }

            @Override
            public void backward(Tensor gradient) {
                scope.backward(hidden, gradient);
            }
        };
    }

    @Override
    public Tensor hidden(TensorScope scope, PackedBatch batch) {
        return decode(scope, inputs(scope, batch));
    }

    /** Starts token-by-token decoding of some texts side by side. */
    CachedDecoding cached(Tensor head, int texts, int capacity) {
        return new CachedDecoding(
                session, architecture, rotary.upTo(capacity - 1), embedding, lastNorm, weights, head, texts, capacity);
    }

    @Override
    public void close() {
        weights.close();
    }

    private Inputs inputs(TensorScope scope, PackedBatch batch) {
        requireKnownWords(batch.tokens());
        AttentionPlan plan = AttentionPlan.of(batch);
        RotaryTable.Rotation table = rotary.upTo(batch.lastPosition());
        Tensor positions = scope.longs(batch.positions(), batch.packedTokens());
        List<Tensor> masks = new ArrayList<>();
        for (AttentionPlan.Block block : plan.blocks()) {
            masks.add(mask(scope, block));
        }
        return new Inputs(
                scope.longs(batch.tokens(), batch.packedTokens()),
                scope.longs(batch.predictingRows(), batch.predictedTokens()),
                scope.call("rows").with(table.cosines()).with(positions).tensor(),
                scope.call("rows").with(table.sines()).with(positions).tensor(),
                scope.longs(plan.queries(), plan.queries().length),
                scope.longs(plan.keys(), plan.keys().length),
                scope.longs(plan.restore(), plan.restore().length),
                shape(plan.blocks()),
                masks);
    }

    /** Query slots of each block, key slots of each, spans of each. */
    private static long[] shape(List<AttentionPlan.Block> blocks) {
        int count = blocks.size();
        long[] shape = new long[3 * count];
        for (int b = 0; b < count; b++) {
            AttentionPlan.Block block = blocks.get(b);
            shape[b] = (long) block.spans() * block.queryWidth();
            shape[count + b] = (long) block.spans() * block.keyWidth();
            shape[2 * count + b] = block.spans();
        }
        return shape;
    }

    private void requireKnownWords(int[] ids) {
        int words = architecture.vocabularySize();
        for (int id : ids) {
            if (id < 0 || id >= words) {
                throw new IllegalArgumentException("Cannot compute token id " + id + ": the model's vocabulary has "
                        + words + " words; is this the model's own tokenizer?");
            }
        }
    }

    /** (B, 1, Tq, Tk), 0 where a query sees a key and a large negative number elsewhere; empty for plain causal attention. */
    private Tensor mask(TensorScope scope, AttentionPlan.Block block) {
        if (block.causal()) {
            return scope.zeros(0);
        }
        return scope.call("mask")
                .with(scope.longs(block.limits(), block.spans(), block.queryWidth()))
                .with(scope.longs(block.querySegments(), block.spans(), block.queryWidth()))
                .with(scope.longs(block.keySegments(), block.spans(), block.keyWidth()))
                .with(embedding)
                .tensor();
    }

    private Tensor decode(TensorScope scope, Inputs inputs) {
        ScriptCall call = scope.call("decode")
                .with(inputs.ids())
                .with(inputs.predictingRows())
                .with(embedding)
                .with(lastNorm);
        return withAttention(call, inputs)
                .with(weights)
                .with(architecture.heads())
                .with(architecture.keyValueHeads())
                .with(architecture.rmsNormEpsilon())
                .tensor();
    }

    private Tensor layer(TensorScope scope, Inputs inputs, int layer, Tensor x) {
        return withAttention(scope.call("layer").with(x), inputs)
                .with(weights)
                .with((long) layer * LAYER.size())
                .with(architecture.heads())
                .with(architecture.keyValueHeads())
                .with(architecture.rmsNormEpsilon())
                .tensor();
    }

    private static ScriptCall withAttention(ScriptCall call, Inputs inputs) {
        return call.with(inputs.cosines())
                .with(inputs.sines())
                .with(inputs.queries())
                .with(inputs.keys())
                .with(inputs.restore())
                .with(inputs.shape())
                .with(inputs.masks());
    }

    private Tensor embed(TensorScope scope, Inputs inputs) {
        return scope.call("embed").with(inputs.ids()).with(embedding).tensor();
    }

    private Tensor finish(TensorScope scope, Inputs inputs, Tensor x) {
        return scope.call("finish")
                .with(x)
                .with(inputs.predictingRows())
                .with(lastNorm)
                .with(architecture.rmsNormEpsilon())
                .tensor();
    }

    /** A batch as the script takes it. */
    private record Inputs(
            Tensor ids,
            Tensor predictingRows,
            Tensor cosines,
            Tensor sines,
            Tensor queries,
            Tensor keys,
            Tensor restore,
            long[] shape,
            List<Tensor> masks) {}

    /** Keeps only the input of each layer (Chen et al., arXiv 1604.06174) and computes a layer again when the gradient comes to it. */
    private final class CheckpointedPass implements Pass {
        private final TensorScope scope;
        private final Inputs inputs;
        private final List<Tensor> layerInputs = new ArrayList<>();
        private final Tensor top;
        private final Tensor hidden;

        CheckpointedPass(TensorScope scope, Inputs inputs) {
            this.scope = scope;
            this.inputs = inputs;
            Tensor output = session.withoutGradients(this::layers);
            this.top = scope.leaf(output);
            this.hidden = finish(scope, inputs, top);
        }

        private Tensor layers() {
            Tensor x = embed(scope, inputs);
            for (int layer = 0; layer < architecture.layers(); layer++) {
                layerInputs.add(x);
                x = layer(scope, inputs, layer, x);
            }
            return x;
        }

        @Override
        public Tensor hidden() {
            return hidden;
        }

        @Override
        public void backward(Tensor gradient) {
            scope.backward(hidden, gradient);
            Tensor flowing = scope.gradient(top);
            for (int layer = architecture.layers() - 1; layer >= 0; layer--) {
                Tensor x = scope.leaf(layerInputs.get(layer));
                Tensor above = flowing;
                try (TensorScope inner = scope.open()) {
                    inner.backward(layer(inner, inputs, layer, x), above);
                }
                flowing = scope.gradient(x);
                above.close();
                x.close();
                layerInputs.get(layer).close();
            }
            scope.backward(embed(scope, inputs), flowing);
        }
    }
}
