package io.trimtab.merge;

import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.rule.Delta;
import io.trimtab.merge.rule.MergeRule;
import io.trimtab.merge.rule.MergeRules;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.telemetry.MergeProbe;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does one rank take to turn the gradient of SmolLM2-135M's 135 million parameters into new weights, per merge rule? The whole of {@link MergedUpdate#apply}
 * is measured, with the average over examples, the norm and clipping: by copies, which is a gradient in and nothing out, or in place, as training on a CPU does it.
 *
 * <pre>
 * mvn -q -Dquick -pl merge test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile=target/classpath
 * java -cp merge/target/classes-unchecked:merge/target/test-classes-unchecked:$(cat merge/target/classpath) org.openjdk.jmh.Main UpdateBenchmark
 * python3 merge/src/test/python/fused_adamw.py 15
 * </pre>
 *
 * The JVM that measures has the module of the Vector API, as Spark 4 gives it to those that train; {@code -jvmArgs -Xmx6g} takes it away. The last line is its peer in PyTorch, to be run in turn with it. {@code none} is plain AdamW; {@code nothing} only brings the gradient, to be subtracted from all
 * others by copies ({@code -p place=copies}); {@code telemetry} is that of on-dare released, a part of all others. In place zeroing the gradients is a part of all, and
 * new ones are brought between two steps, outside of the measurement. 40 steps come first: until the moments have settled, OnTIES' border moves from step to
 * step and is looked for in a wide band.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx6g", "--add-modules=jdk.incubator.vector"})
@Warmup(iterations = 40)
@Measurement(iterations = 15)
public class UpdateBenchmark {

    private static final int HIDDEN = 576;

    @Param("30")
    public int layers = 0;

    @Param({"nothing", "none", "on-dare released", "on-ties released", "on-dare paper", "on-ties paper", "telemetry"})
    public String rule = "";

    @Param({"copies", "in-place"})
    public String place = "";

    /** 1, or as many as this machine has cores. */
    @Param("1")
    public int threads = 0;

    private Runnable step = () -> {};
    private Runnable newGradients = () -> {};

    @Setup(Level.Trial)
    public void begin() {
        Noise noise = new Noise(layout(layers), threads);
        if (place.equals("in-place")) {
            Model model = new Model(noise);
            newGradients = model::bringGradients;
            begin(model, noise);
        } else {
            begin(noise, noise);
        }
    }

    /** @param models an SFT model's weights, and a base model's for gradients */
    private void begin(ParameterMemory memory, Noise models) {
        if (rule.equals("nothing")) {
            Shard gradient = Shard.zeros(memory.layout().shardLayout(0, 1));
            step = () -> gradient.readFrom(memory::readGradients);
            return;
        }
        if (rule.equals("telemetry")) {
            step = telemetry(models);
            return;
        }
        MergedUpdate update = MergedUpdate.create(
                new Solo(),
                memory,
                new AdamWSettings(1e-6, 0.9, 0.999, 1e-8, 0.0, 1.0),
                LearningRateSchedule.constant(),
                settings(),
                models::readWeights,
                models::readGradients);
        step = () -> update.apply(update.lastStep() + 1, 8.0);
    }

    private static Runnable telemetry(Noise memory) {
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.01, 1e-7, 42);
        TensorScopes scopes = TensorScopes.of(merge.scope(), memory.layout());
        Shard masters = Shard.zeros(memory.layout().shardLayout(0, 1));
        masters.readFrom(memory::readWeights);
        Shard scratch = Shard.zeros(masters.layout());
        Solo solo = new Solo();
        LearningRateSchedule constant = LearningRateSchedule.constant();
        MergeRule merging = new MergeRules(
                        merge, masters, scratch, scopes, constant, solo, memory::readWeights, memory::readGradients)
                .rule();
        MergeProbe probe = MergeProbe.of(merge.rule(), scopes, masters, solo, memory::readGradients);
        Delta unchanged = new Unchanged(scratch);
        return () -> {
            probe.watch(masters, unchanged).whole();
            probe.after(merging, masters, 1);
            probe.telemetry(masters, 1.0);
        };
    }

    /** A step that costs nothing. */
    private record Unchanged(Shard values) implements Delta {

        @Override
        public void next(TensorPart tile) {}
    }

    private MergeSettings settings() {
        Semantics semantics = rule.endsWith("paper") ? Semantics.PAPER : Semantics.RELEASED;
        return switch (rule.substring(0, rule.lastIndexOf(' ') < 0 ? rule.length() : rule.lastIndexOf(' '))) {
            case "on-dare" -> new MergeSettings(MergeRuleName.ON_DARE, semantics, 0.01, 1e-7, 42);
            case "on-ties" -> new MergeSettings(MergeRuleName.ON_TIES, semantics, 0.2, 1e-3, 42);
            default -> MergeSettings.none();
        };
    }

    @Setup(Level.Invocation)
    public void bringGradients() {
        newGradients.run();
    }

    @Benchmark
    public void step() {
        step.run();
    }

    private static ParameterLayout layout(int layers) {
        List<ParameterLayout.Tensor> tensors = new ArrayList<>();
        add(tensors, "model.embed_tokens.weight", 49152);
        for (int layer = 0; layer < layers; layer++) {
            String name = "model.layers." + layer + ".";
            add(tensors, name + "input_layernorm.weight", 1);
            for (String projection : List.of("mlp.down", "mlp.gate", "mlp.up")) {
                add(tensors, name + projection + "_proj.weight", 1536);
            }
            add(tensors, name + "post_attention_layernorm.weight", 1);
            add(tensors, name + "self_attn.k_proj.weight", 192);
            add(tensors, name + "self_attn.o_proj.weight", HIDDEN);
            add(tensors, name + "self_attn.q_proj.weight", HIDDEN);
            add(tensors, name + "self_attn.v_proj.weight", 192);
        }
        add(tensors, "model.norm.weight", 1);
        return new ParameterLayout(tensors);
    }

    private static void add(List<ParameterLayout.Tensor> tensors, String name, int rows) {
        long offset = 0;
        for (ParameterLayout.Tensor tensor : tensors) {
            offset += tensor.length();
        }
        tensors.add(new ParameterLayout.Tensor(tensors.size(), name, offset, (long) rows * HIDDEN));
    }

    /** Weights and gradients are parts of one table of Gaussians, so that the model takes no memory; another part in every step, so that steps differ. */
    private static final class Noise implements ParameterMemory {

        private final ParameterLayout layout;
        private final int threads;
        private long step;
        private final float[] table = new float[(1 << 16) + 7];

        Noise(ParameterLayout layout, int threads) {
            this.layout = layout;
            this.threads = threads;
            Random random = new Random(1);
            for (int i = 0; i < table.length; i++) {
                table[i] = (float) random.nextGaussian() * 0.02f;
            }
        }

        @Override
        public ParameterLayout layout() {
            return layout;
        }

        @Override
        public int threads() {
            return threads;
        }

        @Override
        public void readGradients(long offset, float[] target, int at, int length) {
            readWeights(offset + 12345L * ++step, target, at, length);
        }

        @Override
        public void zeroGradients() {}

        @Override
        public void readWeights(long offset, float[] target, int at, int length) {
            for (int done = 0; done < length; ) {
                int from = (int) ((offset + done) % table.length);
                int count = Math.min(length - done, table.length - from);
                scale(table, from, target, at + done, count, 1.0f + 1e-3f * (int) ((offset + done) / table.length));
                done += count;
            }
        }

        /** No two stretches are alike: else every magnitude would be there many times. */
        private static void scale(float[] source, int from, float[] target, int at, int count, float factor) {
            for (int i = 0; i < count; i++) {
                target[at + i] = factor * source[from + i];
            }
        }

        @Override
        public void writeWeights(long offset, float[] source, int at, int length) {}
    }

    /** Weights and gradients outside the Java heap, where an engine has them, to be worked on in place. */
    private static final class Model implements ParameterMemory {

        private static final float[] ZEROS = new float[1 << 15];

        private final Noise noise;
        private final FloatBuffer weights;
        private final FloatBuffer gradients;

        Model(Noise noise) {
            this.noise = noise;
            this.weights = floats(noise.layout().size());
            this.gradients = floats(noise.layout().size());
            fill(weights, noise::readWeights);
        }

        private static FloatBuffer floats(long count) {
            return ByteBuffer.allocateDirect(Math.toIntExact(count * Float.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        void bringGradients() {
            fill(gradients, noise::readGradients);
        }

        private static void fill(FloatBuffer target, FloatSource source) {
            float[] segment = new float[1 << 15];
            for (int at = 0; at < target.capacity(); at += segment.length) {
                int length = Math.min(segment.length, target.capacity() - at);
                source.read(at, segment, 0, length);
                target.put(at, segment, 0, length);
            }
        }

        @Override
        public ParameterLayout layout() {
            return noise.layout();
        }

        @Override
        public int threads() {
            return noise.threads();
        }

        @Override
        public boolean isInPlace() {
            return true;
        }

        @Override
        public void readGradients(long offset, float[] target, int at, int length) {
            gradients.get((int) offset, target, at, length);
        }

        @Override
        public void writeGradients(long offset, float[] source, int at, int length) {
            gradients.put((int) offset, source, at, length);
        }

        @Override
        public void zeroGradients() {
            for (int at = 0; at < gradients.capacity(); at += ZEROS.length) {
                gradients.put(at, ZEROS, 0, Math.min(ZEROS.length, gradients.capacity() - at));
            }
        }

        @Override
        public void readWeights(long offset, float[] target, int at, int length) {
            weights.get((int) offset, target, at, length);
        }

        @Override
        public void writeWeights(long offset, float[] source, int at, int length) {
            weights.put((int) offset, source, at, length);
        }
    }
}
