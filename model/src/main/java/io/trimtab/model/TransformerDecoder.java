package io.trimtab.model;

import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorList;
import io.trimtab.model.engine.TensorScope;
import io.trimtab.model.parts.LayerKind;
import io.trimtab.model.parts.Rope;
import io.trimtab.model.weights.ModelFolderException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every family: norms, rotary positions, grouped key/value heads, gated MLP, as the architecture's parts say. The layers are methods of
 * {@code decoder.torchscript}; a pass is one call, or one per layer with activation checkpointing.
 */
final class TransformerDecoder implements Decoder, AutoCloseable {

    private final EngineSession session;
    private final ModelArchitecture architecture;
    private final boolean checkpointing;
    private final List<LayerKind> kinds;
    private final long[] kindOfLayer;
    private final List<RotaryTable> rotary;
    private final Tensor embedding;
    private final Tensor lastNorm;
    private final TensorList weights;
    private final int slots;
    private final ScriptNumbers numbers;

    TransformerDecoder(
            EngineSession session, ModelArchitecture architecture, Parameters parameters, boolean checkpointing) {
        this.session = session;
        this.architecture = architecture;
        this.checkpointing = checkpointing;
        this.kinds = architecture.parts().distinctKinds();
        this.kindOfLayer = architecture.parts().layerKinds().stream()
                .mapToLong(kinds::indexOf)
                .toArray();
        this.rotary = rotary(session.root(), architecture, kinds);
        this.embedding = parameters.tensor(ModelArchitecture.EMBEDDING);
        this.lastNorm = parameters.tensor(ModelArchitecture.LAST_NORM);
        List<Optional<LayerTensors.Slot>> layout = LayerTensors.of(architecture);
        Tensor absent = session.root().zeros(0);
        List<Tensor> layers = new ArrayList<>();
        for (int layer = 0; layer < architecture.layers(); layer++) {
            String prefix = ModelArchitecture.layerPrefix(layer);
            layout.forEach(slot -> layers.add(slot.map(weight -> parameters.tensor(prefix + weight.name()))
                    .orElse(absent)));
        }
        this.weights = TensorList.of(layers);
        this.slots = layout.size();
        this.numbers = ScriptNumbers.of(architecture);
    }

    /** One table per kind of layer; kinds that turn alike share one. */
    private static List<RotaryTable> rotary(TensorScope owner, ModelArchitecture model, List<LayerKind> kinds) {
        Map<Rope, RotaryTable> tables = new HashMap<>();
        List<RotaryTable> perKind = new ArrayList<>();
        for (LayerKind kind : kinds) {
            perKind.add(tables.computeIfAbsent(
                    kind.rope(), rope -> new RotaryTable(owner, rope, model.headSize(), model.maxPositions())));
        }
        return List.copyOf(perKind);
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
        List<RotaryTable.Rotation> rotations =
                rotary.stream().map(table -> table.upTo(capacity - 1)).toList();
        return new CachedDecoding(
                session, architecture, rotations, kindOfLayer, embedding, lastNorm, weights, head, texts, capacity);
    }

    @Override
    public void close() {
        weights.close();
    }

    private Inputs inputs(TensorScope scope, PackedBatch batch) {
        requireKnownWords(batch.tokens());
        AttentionPlan plan = AttentionPlan.of(batch);
        Tensor positions = scope.longs(batch.positions(), batch.packedTokens());
        List<Tensor> cosines = new ArrayList<>();
        List<Tensor> sines = new ArrayList<>();
        for (RotaryTable kind : rotary) {
            RotaryTable.Rotation table = kind.upTo(batch.lastPosition());
            cosines.add(scope.call("rows").with(table.cosines()).with(positions).tensor());
            sines.add(scope.call("rows").with(table.sines()).with(positions).tensor());
        }
        return new Inputs(
                scope.longs(batch.tokens(), batch.packedTokens()),
                scope.longs(batch.predictingRows(), batch.predictedTokens()),
                cosines,
                sines,
                scope.longs(plan.queries(), plan.queries().length),
                scope.longs(plan.keys(), plan.keys().length),
                scope.longs(plan.restore(), plan.restore().length),
                shape(plan.blocks()),
                AttentionMasks.of(scope, architecture, kinds, plan.blocks(), embedding));
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
                throw new ModelFolderException("Cannot compute token id " + id + ": the model's vocabulary has " + words
                        + " words; is this the model's own tokenizer?");
            }
        }
    }

    private Tensor decode(TensorScope scope, Inputs inputs) {
        return scope.call("decode")
                .with(inputs.ids())
                .with(inputs.predictingRows())
                .with(embedding)
                .with(lastNorm)
                .with(inputs.cosines())
                .with(inputs.sines())
                .with(inputs.queries())
                .with(inputs.keys())
                .with(inputs.restore())
                .with(inputs.shape())
                .with(inputs.masks().stream().flatMap(List::stream).toList())
                .with(weights)
                .with(kindOfLayer)
                .with(numbers.sizes())
                .with(numbers.reals())
                .tensor();
    }

    private Tensor layer(TensorScope scope, Inputs inputs, int layer, Tensor x) {
        int kind = (int) kindOfLayer[layer];
        return scope.call("layer")
                .with(x)
                .with(inputs.cosines().get(kind))
                .with(inputs.sines().get(kind))
                .with(inputs.queries())
                .with(inputs.keys())
                .with(inputs.restore())
                .with(inputs.shape())
                .with(inputs.masks().get(kind))
                .with(weights)
                .with((long) layer * slots)
                .with(numbers.sizes())
                .with(numbers.reals())
                .tensor();
    }

    private Tensor embed(TensorScope scope, Inputs inputs) {
        return scope.call("embed")
                .with(inputs.ids())
                .with(embedding)
                .with(numbers.sizes())
                .with(numbers.reals())
                .tensor();
    }

    private Tensor finish(TensorScope scope, Inputs inputs, Tensor x) {
        return scope.call("finish")
                .with(x)
                .with(inputs.predictingRows())
                .with(lastNorm)
                .with(numbers.reals())
                .tensor();
    }

    /** A batch as the script takes it; cosines, sines and masks for each kind of layer. */
    private record Inputs(
            Tensor ids,
            Tensor predictingRows,
            List<Tensor> cosines,
            List<Tensor> sines,
            Tensor queries,
            Tensor keys,
            Tensor restore,
            long[] shape,
            List<List<Tensor>> masks) {}

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
