package io.trimtab.job.train;

import io.trimtab.merge.allreduce.RingCollective;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.ModelCost;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.Device;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one rank occupies at its highest, in bytes by component: the largest pass on top of what lies there always. README.md of the model
 * module has it beside measured peaks.
 *
 * @param device what the engine holds lies there: outside the Java heap, or in a GPU's memory
 */
public record MemoryEstimate(Map<Component, Long> bytes, Device device) implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long MIB = 1L << 20;

    /** What Spark and the loop keep in the heap of an executor beside the merge's floats. */
    private static final long HEAP_BASE = 170 * MIB;

    /** What the heap must have free besides for rows being read and checkpoint buffers; hardly any of it is touched while training. */
    static final long HEAP_ROOM = 330 * MIB;

    /** Code of JVM and libtorch, class metadata, thread stacks, direct buffers, the engine's own pools. */
    private static final long NATIVE_BASE = 350 * MIB;

    /** One byte for so many of the engine's tensors, measured. */
    private static final int ALLOCATOR_SHARE = 8;

    /** Code and data of the CUDA libraries in the process, and pinned memory. */
    private static final long CUDA_HOST_BASE = 900 * MIB;

    /** The CUDA context with its kernels, workspaces of matrix products, what the allocator loses between blocks. */
    private static final long CUDA_BASE = 900 * MIB;

    /** Where a piece of memory lies. */
    private enum Place {
        ENGINE,
        HEAP,
        NATIVE
    }

    /** Pieces of memory. */
    public enum Component {
        WEIGHTS(Place.ENGINE),
        GRADIENTS(Place.ENGINE),
        /** Weights of matrix products again, in bf16. */
        ROUNDED_WEIGHTS(Place.ENGINE),
        ACTIVATIONS(Place.ENGINE),
        /** Logits, their gradients and that of the head's weight. */
        HEAD(Place.ENGINE),
        /** Between the engine's tensors, and kept for the next step. */
        ALLOCATOR(Place.ENGINE),
        CUDA_BASE(Place.ENGINE),
        MASTERS(Place.HEAP),
        MOMENTS(Place.HEAP),
        SUMMED_GRADIENT(Place.HEAP),
        /** The SFT delta, and what some rules keep beside it. */
        MERGE_RULE(Place.HEAP),
        HEAP_BASE(Place.HEAP),
        /** Segments on their way between ranks, whether by TCP or in memory that neighbours share. */
        RING_SEGMENTS(Place.NATIVE),
        NATIVE_BASE(Place.NATIVE);

        private final Place place;

        Component(Place place) {
            this.place = place;
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
        long tensors = bytes.values().stream().mapToLong(Long::longValue).sum();
        bytes.put(Component.ALLOCATOR, tensors / ALLOCATOR_SHARE);
        long copied = policy.isInHostMemory() && merge.worksInPlace() ? 0 : share;
        bytes.put(Component.MASTERS, copied);
        bytes.put(Component.MOMENTS, 2 * share);
        bytes.put(Component.SUMMED_GRADIENT, copied);
        double ofRule = merge.bytesPerParameter() - 4 * Float.BYTES;
        bytes.put(Component.MERGE_RULE, Math.round(ofRule * model.parameters() / ranks));
        bytes.put(Component.HEAP_BASE, HEAP_BASE);
        bytes.put(Component.RING_SEGMENTS, RingCollective.bytesInUse(ranks));
        boolean gpu = policy.device().cuda();
        bytes.put(Component.CUDA_BASE, gpu ? CUDA_BASE : 0);
        bytes.put(Component.NATIVE_BASE, NATIVE_BASE + (gpu ? CUDA_HOST_BASE : 0));
        return new MemoryEstimate(bytes, policy.device());
    }

    /** Resident memory of the process. */
    public long total() {
        return sum(Place.HEAP) + outsideHeap();
    }

    /** Size of the Java heap that is needed. */
    public long heap() {
        return sum(Place.HEAP) + HEAP_ROOM;
    }

    /** What lies outside the Java heap: an executor's memory overhead. */
    public long outsideHeap() {
        return sum(Place.NATIVE) + (device.cuda() ? 0 : sum(Place.ENGINE));
    }

    /** What lies in the memory of the rank's GPU; 0 without one. */
    public long gpu() {
        return device.cuda() ? sum(Place.ENGINE) : 0;
    }

    private long sum(Place place) {
        return bytes.entrySet().stream()
                .filter(part -> part.getKey().place == place)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** One line: the sum, then every component that is there, in MiB. */
    public String line() {
        if (device.cuda()) {
            return "a rank needs about " + mebibytes(gpu()) + " MiB of its GPU: " + parts(Place.ENGINE) + "; and "
                    + mebibytes(total()) + " MiB of its machine: " + parts(Place.HEAP, Place.NATIVE);
        }
        return "a rank needs about " + mebibytes(total()) + " MiB: " + parts(Place.values());
    }

    private String parts(Place... places) {
        List<String> parts = new ArrayList<>();
        for (Component component : Component.values()) {
            long part = bytes.getOrDefault(component, 0L);
            if (part > 0 && List.of(places).contains(component.place)) {
                parts.add(component.label() + " " + mebibytes(part));
            }
        }
        return String.join(", ", parts);
    }

    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d", (bytes + MIB - 1) / MIB);
    }
}
