package io.trimtab.model;

import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorList;
import io.trimtab.model.engine.TensorScope;
import io.trimtab.model.parts.LayerKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts that grow side by side, keys and values of what has been read kept: R texts, at most C tokens each.
 *
 * <p>{@link #feed} reads W tokens per text at given places and leaves the {@link #logits} behind one of them. A place may be written again: what stands behind the place just read is never looked at, so shorter
 * texts are padded on the right and later overwrite their pads. Native memory: 2 x layers x R x C x key/value width numbers.
 */
public final class CachedDecoding implements AutoCloseable {

    private final EngineSession session;
    private final List<RotaryTable.Rotation> rotations;
    private final long[] kindOfLayer;
    private final long[] windows;
    private final ScriptNumbers numbers;
    private final Tensor embedding;
    private final Tensor lastNorm;
    private final TensorList weights;
    private final Tensor head;
    private final int texts;
    private final TensorScope owner;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private TensorScope last;
    private Tensor logits;

    CachedDecoding(
            EngineSession session,
            ModelArchitecture architecture,
            List<RotaryTable.Rotation> rotations,
            long[] kindOfLayer,
            Tensor embedding,
            Tensor lastNorm,
            TensorList weights,
            Tensor head,
            int texts,
            int capacity) {
        this.session = session;
        this.rotations = rotations;
        this.kindOfLayer = kindOfLayer;
        this.windows = architecture.parts().distinctKinds().stream()
                .mapToLong(LayerKind::window)
                .toArray();
        this.numbers = ScriptNumbers.of(architecture);
        this.embedding = embedding;
        this.lastNorm = lastNorm;
        this.weights = weights;
        this.head = head;
        this.texts = texts;
        this.owner = session.root().open();
        for (int layer = 0; layer < architecture.layers(); layer++) {
            keys.add(owner.zeros(texts, capacity, architecture.keyValueHeads(), architecture.headSize()));
            values.add(owner.zeros(texts, capacity, architecture.keyValueHeads(), architecture.headSize()));
        }
        this.last = owner.open();
        this.logits = last.zeros(0);
    }

    /**
     * Reads W tokens of every text.
     *
     * @param tokens (R, W) ids, row by row
     * @param places (R, W) places of those tokens in their texts, from 0
     * @param predicting (R) which of the W tokens of each text predicts the next one
     */
    public void feed(int[] tokens, int[] places, int[] predicting) {
        int width = tokens.length / texts;
        int[] rows = predicting.clone();
        for (int text = 0; text < texts; text++) {
            rows[text] += text * width;
        }
        last.close();
        last = owner.open();
        logits = session.withoutGradients(() -> {
            Tensor hidden = last.call("step")
                    .with(last.longs(tokens, texts, width))
                    .with(last.longs(places, texts, width))
                    .with(last.longs(rows, texts))
                    .with(embedding)
                    .with(lastNorm)
                    .with(rotations.stream().map(RotaryTable.Rotation::cosines).toList())
                    .with(rotations.stream().map(RotaryTable.Rotation::sines).toList())
                    .with(windows)
                    .with(keys)
                    .with(values)
                    .with(weights)
                    .with(kindOfLayer)
                    .with(numbers.sizes())
                    .with(numbers.reals())
                    .tensor();
            return last.call("logits")
                    .with(hidden)
                    .with(head)
                    .with(numbers.reals())
                    .tensor();
        });
    }

    /** (R, V) logits, row by row. */
    public double[] logits() {
        return logits.toDoubles();
    }

    @Override
    public void close() {
        owner.close();
    }
}
