package io.trimtab.job.train;

import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.ModelCost;
import io.trimtab.model.PolicyOptions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one rank's process occupies at its highest, in bytes by component: the largest pass on top of what lies there always. README.md of
 * the model module has it beside measured peaks.
 */
public record MemoryEstimate(Map<Component, Long> bytes) {

    private static final long MIB = 1L << 20;

    /** What Spark and the loop keep in the heap of an executor beside the merge's floats. */
    private static final long HEAP_BASE = 170 * MIB;

    /** What the heap must have free besides for rows being read and checkpoint buffers; hardly any of it is touched while training. */
    static final long HEAP_ROOM = 330 * MIB;

    /** Code of JVM and libtorch, class metadata, thread stacks, direct buffers, the engine's own pools. */
    private static final long NATIVE_BASE = 350 * MIB;

    /** Pieces of memory, each in the Java heap or outside. */
    public enum Component {
        WEIGHTS(false),
        GRADIENTS(false),
        /** Weights of matrix products again, in bf16. */
        ROUNDED_WEIGHTS(false),
        ACTIVATIONS(false),
        /** Logits, their gradients and that of the head's weight. */
        HEAD(false),
        MASTERS(true),
        MOMENTS(true),
        SUMMED_GRADIENT(true),
        /** The SFT delta, and what some rules keep beside it. */
        MERGE_RULE(true),
        HEAP_BASE(true),
        NATIVE_BASE(false);

        private final boolean inHeap;

        Component(boolean inHeap) {
            this.inHeap = inHeap;
        }

        private String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    public MemoryEstimate {
        bytes = Map.copyOf(bytes);
    }

    public static MemoryEstimate of(
            ModelArchitecture model, PolicyOptions policy, MergeSettings merge, int ranks, LargestPass pass) {
        ModelCost cost = new ModelCost(model);
        long weights = model.parameters() * Float.BYTES;
        long share = weights / ranks;
        Map<Component, Long> bytes = new EnumMap<>(Component.class);
        bytes.put(Component.WEIGHTS, weights);
        bytes.put(Component.GRADIENTS, weights);
        bytes.put(Component.ROUNDED_WEIGHTS, cost.roundedWeightBytes(policy.precision()));
        bytes.put(
                Component.ACTIVATIONS,
                cost.activationBytes(
                        pass.rows(), pass.longest(), policy.precision(), policy.activationCheckpointing()));
        bytes.put(Component.HEAD, cost.headBytes(pass.predicted(), policy.precision()));
        long copied = policy.isInHostMemory() && merge.worksInPlace() ? 0 : share;
        bytes.put(Component.MASTERS, copied);
        bytes.put(Component.MOMENTS, 2 * share);
        bytes.put(Component.SUMMED_GRADIENT, copied);
        double ofRule = merge.bytesPerParameter() - 4 * Float.BYTES;
        bytes.put(Component.MERGE_RULE, Math.round(ofRule * model.parameters() / ranks));
        bytes.put(Component.HEAP_BASE, HEAP_BASE);
        bytes.put(Component.NATIVE_BASE, NATIVE_BASE);
        return new MemoryEstimate(bytes);
    }

    /** Everything together: resident memory of the process. */
    public long total() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Size of the Java heap that is needed. */
    public long heap() {
        return sum(true) + HEAP_ROOM;
    }

    /** What lies outside the Java heap: an executor's memory overhead. */
    public long outsideHeap() {
        return sum(false);
    }

    private long sum(boolean inHeap) {
        return bytes.entrySet().stream()
                .filter(part -> part.getKey().inHeap == inHeap)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** One line: the sum, then every component that is there, in MiB. */
    public String line() {
        List<String> parts = new ArrayList<>();
        for (Component component : Component.values()) {
            long part = bytes.getOrDefault(component, 0L);
            if (part > 0) {
                parts.add(component.label() + " " + mebibytes(part));
            }
        }
        return "a rank needs about " + mebibytes(total()) + " MiB: " + String.join(", ", parts);
    }

    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d", (bytes + MIB - 1) / MIB);
    }
}
