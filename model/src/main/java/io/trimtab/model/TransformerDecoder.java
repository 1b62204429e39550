package io.trimtab.model;

import io.trimtab.data.Completion;
import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.ScriptCall;
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
import java.util.function.Function;

/**
 * Every family: norms, rotary positions, grouped key/value heads, gated MLP, as the architecture's parts say. The layers are methods of
 * {@code decoder.torchscript}; a pass is one call, and so is its way back.
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
    private final Tensor wordGradients;
    private final Tensor lastNormGradients;
    private final TensorList weights;
    private final TensorList gradients;
    private final ScriptNumbers numbers;

    /**
     * @param owner of what is made here
     * @param operands weights by name, as matrix products take them
     */
    TransformerDecoder(
            EngineSession session,
            TensorScope owner,
            ModelArchitecture architecture,
            Parameters parameters,
            Function<String, Tensor> operands,
            boolean checkpointing) {
        this.session = session;
        this.architecture = architecture;
        this.checkpointing = checkpointing;
        this.kinds = architecture.parts().distinctKinds();
        this.kindOfLayer = architecture.parts().layerKinds().stream()
                .mapToLong(kinds::indexOf)
                .toArray();
        this.rotary = rotary(owner, architecture, kinds);
        this.embedding = parameters.weight(ModelArchitecture.EMBEDDING);
        this.lastNorm = parameters.weight(ModelArchitecture.LAST_NORM);
        Tensor absent = owner.zeros(0);
        boolean trainable = parameters.trainable();
        this.wordGradients = trainable ? parameters.gradient(ModelArchitecture.EMBEDDING) : absent;
        this.lastNormGradients = trainable ? parameters.gradient(ModelArchitecture.LAST_NORM) : absent;
        List<Tensor> layers = new ArrayList<>();
        List<Tensor> totals = new ArrayList<>();
        for (int layer = 0; layer < architecture.layers(); layer++) {
            String prefix = ModelArchitecture.layerPrefix(layer);
            for (Optional<LayerTensors.Slot> place : LayerTensors.of(architecture)) {
                layers.add(place.map(slot -> slot.operand()
                                ? operands.apply(prefix + slot.name())
                                : parameters.weight(prefix + slot.name()))
                        .orElse(absent));
                totals.add(place.filter(slot -> trainable)
                        .map(slot -> parameters.gradient(prefix + slot.name()))
                        .orElse(absent));
            }
        }
        this.weights = TensorList.of(layers);
        this.gradients = TensorList.of(totals);
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
        Inputs inputs = session.withoutGradients(() -> inputs(scope, batch));
        List<Tensor> states = checkpointing
                ? session.withoutGradients(() -> states(scope, inputs))
                : session.withGradients(() -> states(scope, inputs));
        return new Pass() {
            @Override
            public Tensor hidden() {
                return states.get(states.size() - 1);
            }

            @Override
            public void backward(Tensor gradient, boolean fresh) {
                TransformerDecoder.this.backward(scope, inputs, states, gradient, fresh);
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
        gradients.close();
    }

    private Inputs inputs(TensorScope scope, PackedBatch batch) {
        requireKnownWords(batch);
        AttentionPlan plan = AttentionPlan.of(batch);
        List<Tensor> moved = scope.longs(
                batch.positions(), batch.tokens(), batch.predictingRows(), plan.queries(), plan.keys(), plan.restore());
        Tensor positions = moved.get(0);
        List<Tensor> cosines = new ArrayList<>();
        List<Tensor> sines = new ArrayList<>();
        for (RotaryTable kind : rotary) {
            RotaryTable.Rotation table = kind.upTo(batch.lastPosition());
            cosines.add(scope.call("rows").with(table.cosines()).with(positions).tensor());
            sines.add(scope.call("rows").with(table.sines()).with(positions).tensor());
        }
        return new Inputs(
                moved.get(1),
                moved.get(2),
                cosines,
                sines,
                moved.get(3),
                moved.get(4),
                moved.get(5),
                shape(plan.blocks()),
                AttentionMasks.of(scope, architecture, kinds, plan.blocks(), embedding).stream()
                        .flatMap(List::stream)
                        .toList());
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

    private void requireKnownWords(PackedBatch batch) {
        for (Example example : batch.examples()) {
            requireKnownWords(example, example.prompt());
            for (Completion completion : example.completions()) {
                requireKnownWords(example, completion.tokens());
            }
        }
    }

    private void requireKnownWords(Example example, int[] ids) {
        int words = architecture.vocabularySize();
        for (int id : ids) {
            if (id < 0 || id >= words) {
                throw new ModelFolderException("Cannot compute row " + example.id() + ": it has token id " + id
                        + ", and the model's vocabulary has " + words + " words; is this the model's own tokenizer?");
            }
        }
    }

    private Tensor decode(TensorScope scope, Inputs inputs) {
        return upward(scope.call("decode"), inputs).tensor();
    }

    /**
     * Of every layer, from the lowest, its input, the pieces that its way back sets out from, and its output; then input and output of the last norm.
     * Without gradients they have no graph, and the way back computes each layer again (Chen et al., arXiv 1604.06174).
     */
    private List<Tensor> states(TensorScope scope, Inputs inputs) {
        return upward(scope.call("forward"), inputs).tensors();
    }

    private ScriptCall upward(ScriptCall call, Inputs inputs) {
        ScriptCall start = call.with(inputs.ids())
                .with(inputs.predictingRows())
                .with(embedding)
                .with(lastNorm);
        return withAttention(start, inputs)
                .with(weights)
                .with(kindOfLayer)
                .with(numbers.sizes())
                .with(numbers.reals());
    }

    /** What attention needs of the rows, as both directions take it: rotary positions, and which row looks at which. */
    private static ScriptCall withAttention(ScriptCall call, Inputs inputs) {
        return call.with(inputs.cosines())
                .with(inputs.sines())
                .with(inputs.queries())
                .with(inputs.keys())
                .with(inputs.restore())
                .with(inputs.shape())
                .with(inputs.masks());
    }

    /** Layer by layer, so that gradients are added to the sums while they are few and warm, and in 32 bits where they come in 16. */
    private void backward(TensorScope scope, Inputs inputs, List<Tensor> states, Tensor gradient, boolean fresh) {
        session.withGradients(() -> {
            ScriptCall start = scope.call("backward")
                    .with(gradient)
                    .with(states)
                    .with(inputs.ids())
                    .with(inputs.predictingRows())
                    .with(lastNorm);
            withAttention(start, inputs)
                    .with(weights)
                    .with(gradients)
                    .with(wordGradients)
                    .with(lastNormGradients)
                    .with(kindOfLayer)
                    .with(numbers.sizes())
                    .with(numbers.reals())
                    .with(fresh ? 1 : 0)
                    .effect();
            return states;
        });
    }

    /** A batch as the script takes it; cosines and sines for each kind of layer, masks for each block of each kind. */
    private record Inputs(
            Tensor ids,
            Tensor predictingRows,
            List<Tensor> cosines,
            List<Tensor> sines,
            Tensor queries,
            Tensor keys,
            Tensor restore,
            long[] shape,
            List<Tensor> masks) {}
}
