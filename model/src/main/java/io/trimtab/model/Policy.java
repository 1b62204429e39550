package io.trimtab.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorMemory;
import io.trimtab.model.engine.TensorScope;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.TensorSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;

/**
 * A causal decoder with its log-prob head on one device.
 *
 * <p>A batch without a predicted token costs nothing and changes nothing. Results repeat bit for bit for the same weights, batch and number
 * of threads. Used by one thread at a time, not always the same; separate policies may work in separate threads. Holds native memory until
 * closed.
 */
public final class Policy implements AutoCloseable {

    private static final int COPY = 1 << 20;

    private final ModelArchitecture architecture;
    private final Precision precision;
    private final boolean inHostMemory;
    private final int threads;
    private final EngineSession session;
    private final Parameters parameters;
    private final TransformerDecoder decoder;
    private final LogProbHead head;
    private final Tensor headWeight;

    private Policy(
            EngineSession session,
            ModelArchitecture architecture,
            PolicyOptions options,
            long logitsBudget,
            long blockEntries) {
        this.architecture = architecture;
        this.precision = options.precision();
        this.inHostMemory = options.isInHostMemory();
        this.threads = options.threads();
        this.session = session;
        this.parameters = new Parameters(session, architecture, options, blockEntries);
        this.decoder = new TransformerDecoder(
                session,
                session.root(),
                architecture,
                parameters,
                parameters::operand,
                options.activationCheckpointing());
        this.headWeight = parameters.operand(words());
        this.head = new LogProbHead(headWeight, headGradients(), architecture, logitsBudget);
    }

    /** Weights from a model folder, widened to the precision of the options. The folder may be closed afterwards. */
    public static Policy load(ModelFolder folder, PolicyOptions options) {
        return of(folder.architecture(), folder, options);
    }

    /** Fresh weights: norms that change nothing, biases 0, the rest normal; the same for the same seed on every machine. */
    public static Policy initialize(ModelArchitecture architecture, long seed, PolicyOptions options) {
        return of(architecture, new InitialWeights(architecture, seed), options);
    }

    /** Weights from anywhere. */
    public static Policy of(ModelArchitecture architecture, TensorSource weights, PolicyOptions options) {
        return of(architecture, weights, options, LogProbHead.DEFAULT_BUDGET);
    }

    static Policy of(ModelArchitecture architecture, TensorSource weights, PolicyOptions options, long logitsBudget) {
        return of(architecture, weights, options, logitsBudget, TensorMemory.BLOCK);
    }

    static Policy of(
            ModelArchitecture architecture,
            TensorSource weights,
            PolicyOptions options,
            long logitsBudget,
            long blockEntries) {
        Policy policy = zeros(architecture, options, logitsBudget, blockEntries);
        try {
            policy.copy(weights);
            return policy;
        } catch (RuntimeException e) {
            policy.close();
            throw e;
        }
    }

    private static Policy zeros(
            ModelArchitecture architecture, PolicyOptions options, long logitsBudget, long blockEntries) {
        EngineSession session = EngineSession.open(script(), options.threads(), options.precision(), options.device());
        try {
            return new Policy(session, architecture, options, logitsBudget, blockEntries);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    public ModelArchitecture architecture() {
        return architecture;
    }

    /** The parameter table, in the order of ids. */
    public List<TensorSpec> tensors() {
        return parameters.specs();
    }

    /** Computes the batch and keeps the graph. */
    public ForwardPass forward(PackedBatch batch) {
        parameters.requireTrainable();
        TensorScope scope = session.root().open();
        try {
            if (batch.predictedTokens() == 0) {
                return new ForwardPass(scope, batch, new double[0], nothing -> {});
            }
            parameters.settle();
            Decoder.Pass states = decoder.forward(scope, batch);
            return session.withoutGradients(() -> {
                LogProbHead.Pass words = head.forward(scope, states.hidden(), batch.targets());
                return new ForwardPass(scope, batch, words.logProbs(), gradient -> {
                    boolean fresh = parameters.takeFresh();
                    states.backward(session.withoutGradients(() -> words.backward(gradient, fresh)), fresh);
                });
            });
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Adds to the gradients; closes the pass.
     *
     * @param logProbGradients d loss / d log-prob, one per completion
     */
    public void backward(ForwardPass pass, double[] logProbGradients) {
        try (pass) {
            pass.backward(logProbGradients);
            session.synchronize();
        }
    }

    /** One per completion, without a graph. */
    public double[] logProbs(PackedBatch batch) {
        return ForwardPass.sums(batch, exactTokenLogProbs(batch));
    }

    /** As {@link #logProbs}, with nothing rounded: what {@link Precision#BF16} does to them is the difference. */
    public double[] unroundedLogProbs(PackedBatch batch) {
        if (batch.predictedTokens() == 0) {
            return logProbs(batch);
        }
        return inScope(scope -> {
            try (TransformerDecoder exact =
                    new TransformerDecoder(session, scope, architecture, parameters, parameters::weight, false)) {
                LogProbHead words = new LogProbHead(
                        parameters.weight(words()), scope.zeros(0), architecture, LogProbHead.DEFAULT_BUDGET);
                Tensor hidden = exact.hidden(scope, batch);
                return ForwardPass.sums(batch, words.logProbs(scope, hidden, batch.targets()));
            }
        });
    }

    public Precision precision() {
        return precision;
    }

    /** Log-prob of every predicted token, one array per completion. */
    public float[][] tokenLogProbs(PackedBatch batch) {
        double[] flat = exactTokenLogProbs(batch);
        int[] counts = batch.tokenCounts();
        float[][] result = new float[counts.length][];
        int at = 0;
        for (int c = 0; c < counts.length; c++) {
            result[c] = new float[counts[c]];
            for (int t = 0; t < counts[c]; t++) {
                result[c][t] = (float) flat[at++];
            }
        }
        return result;
    }

    /** Whether the most probable token is the one that stands there, for every predicted token; one array per completion. */
    public boolean[][] argmaxHits(PackedBatch batch) {
        boolean[] flat = batch.predictedTokens() == 0
                ? new boolean[0]
                : inScope(scope -> head.hits(scope, decoder.hidden(scope, batch), batch.targets()));
        int[] counts = batch.tokenCounts();
        boolean[][] result = new boolean[counts.length][];
        int at = 0;
        for (int c = 0; c < counts.length; c++) {
            result[c] = new boolean[counts[c]];
            System.arraycopy(flat, at, result[c], 0, counts[c]);
            at += counts[c];
        }
        return result;
    }

    /**
     * Starts token-by-token decoding of texts side by side.
     *
     * @param capacity tokens that the longest text may come to, at most the model's positions
     */
    public CachedDecoding decode(int texts, int capacity) {
        parameters.settle();
        return decoder.cached(headWeight, texts, capacity);
    }

    /** Entries [offset, offset + length) of a tensor's gradient, row-major; zeros where nothing has flowed. */
    public void readGradients(int tensorId, long offset, float[] target, int at, int length) {
        parameters.gradients(tensorId).read(offset, target, at, length);
    }

    /** Overwrites them, for whoever works on them where they lie. */
    public void writeGradients(int tensorId, long offset, float[] source, int at, int length) {
        parameters.gradients(tensorId).write(offset, source, at, length);
    }

    public void zeroGradients() {
        parameters.zeroGradients();
    }

    /** Of one operation; between operations they rest. */
    public int threads() {
        return threads;
    }

    /** As {@link PolicyOptions#isInHostMemory}. */
    public boolean isInHostMemory() {
        return inHostMemory;
    }

    public void readWeights(int tensorId, long offset, float[] target, int at, int length) {
        parameters.weights(tensorId).read(offset, target, at, length);
    }

    /** Not while a forward pass is open: its graph would see the new weights. */
    public void writeWeights(int tensorId, long offset, float[] source, int at, int length) {
        parameters.weights(tensorId).write(offset, source, at, length);
        parameters.written();
    }

    /** A tensor's weights, entry by entry in the policy's own precision. */
    TensorMemory weights(int tensorId) {
        parameters.written();
        return parameters.weights(tensorId);
    }

    /** A tensor's gradient, entry by entry in the policy's own precision. */
    TensorMemory gradients(int tensorId) {
        return parameters.gradients(tensorId);
    }

    /** Native tensors alive: the same number between passes, however many have been. */
    int liveTensors() {
        return session.liveTensors();
    }

    @Override
    public void close() {
        decoder.close();
        session.close();
    }

    double[] exactTokenLogProbs(PackedBatch batch) {
        return batch.predictedTokens() == 0
                ? new double[0]
                : inScope(scope -> head.logProbs(scope, decoder.hidden(scope, batch), batch.targets()));
    }

    private String words() {
        return architecture.tiedEmbeddings() ? ModelArchitecture.EMBEDDING : ModelArchitecture.HEAD;
    }

    private Tensor headGradients() {
        return parameters.trainable()
                ? parameters.gradient(words())
                : session.root().zeros(0);
    }

    private <T> T inScope(Function<TensorScope, T> work) {
        parameters.settle();
        try (TensorScope scope = session.root().open()) {
            return session.withoutGradients(() -> work.apply(scope));
        }
    }

    private void copy(TensorSource source) {
        float[] part = new float[COPY];
        for (TensorSpec tensor : tensors()) {
            for (long from = 0; from < tensor.elements(); from += COPY) {
                int length = (int) Math.min(COPY, tensor.elements() - from);
                source.readFloats(tensor, from, part, 0, length);
                writeWeights(tensor.id(), from, part, 0, length);
            }
        }
    }

    static String script() {
        try (InputStream in = Policy.class.getResourceAsStream("decoder.torchscript")) {
            if (in == null) {
                throw new IllegalStateException("decoder.torchscript is missing beside the classes");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read decoder.torchscript", e);
        }
    }
}
