package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.ModelSettings;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.spark.cluster.TaskDevice;
import io.trimtab.job.spark.files.ModelFolders;
import io.trimtab.job.spark.score.RankPolicy;
import io.trimtab.job.train.MemoryPlan;
import io.trimtab.job.train.ResidentMemory;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.Device;
import io.trimtab.model.engine.Gpus;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The model that a rank trains, on its device, and what it takes of memory there. */
final class RankModel implements AutoCloseable {
    private final TaskDevice place;
    private final MemoryPlan.Decision memory;
    private final Policy policy;
    /** Of the GPU before anything was loaded; 0 without one. */
    private final long freeBefore;

    private RankModel(TaskDevice place, MemoryPlan.Decision memory, Policy policy, long freeBefore) {
        this.place = place;
        this.memory = memory;
        this.policy = policy;
        this.freeBefore = freeBefore;
    }

    /** @throws io.trimtab.job.config.RefusedException where a step cannot fit into what is free on the device */
    static RankModel load(Segment segment, TaskDevice place) {
        TrimtabConfig config = segment.config();
        ModelSettings model = config.model();
        String initialize = model.initialize();
        Path folder = initialize == null
                ? segment.folders().of(ModelFolders.required(model.policy(), "model.policy"))
                : segment.folders().withoutWeights(ModelFolders.parent(initialize));
        ModelArchitecture architecture = ModelArchitecture.read(
                folder.resolve(initialize == null ? "config.json" : ModelFolders.name(initialize)));
        long free = free(place.device());
        PolicyOptions plain = PolicyOptions.training(segment.threads())
                .withPrecision(model.precision())
                .on(place.device());
        MemoryPlan.Decision memory = decide(segment, architecture, plain);
        PolicyOptions options = plain.withActivationCheckpointing(memory.activationCheckpointing());
        Policy policy = initialize == null
                ? RankPolicy.load(folder, options)
                : Policy.initialize(architecture, config.training().seed(), options);
        return new RankModel(place, memory, policy, free);
    }

    /** On a GPU a rank decides by itself, as it alone knows what is free there; else as the driver did. */
    private static MemoryPlan.Decision decide(Segment segment, ModelArchitecture architecture, PolicyOptions options) {
        TrimtabConfig config = segment.config();
        MemoryPlan.Decision decided = segment.memory();
        Device device = options.device();
        Gpus.Capacity capacity = device.cuda() ? Gpus.capacity(device).orElse(null) : null;
        if (capacity == null) {
            return decided;
        }
        String memory = String.format(
                Locale.ROOT,
                "what is free on %s, %,d of %,d MiB",
                Gpus.name(device),
                capacity.free() >> 20,
                capacity.total() >> 20);
        return new MemoryPlan(
                        architecture, options, config.merge(), config.cluster().ranks(), decided.pass())
                .decide(
                        config.model().activationCheckpointing(),
                        estimate -> estimate.gpu() <= capacity.free(),
                        memory,
                        decided.largestRow());
    }

    private static long free(Device device) {
        return device.cuda() ? Gpus.capacity(device).map(Gpus.Capacity::free).orElse(0L) : 0;
    }

    Policy policy() {
        return policy;
    }

    /** Says where ranks compute, and which of them elsewhere than rank 0. All ranks enter. */
    void tell(Collective collective, MetricSink link) {
        double[] gpus = new double[collective.worldSize()];
        gpus[collective.rank()] = place.device().cuda() ? 1 : 0;
        double[] all = collective.sum(gpus);
        link.announce("computing on " + place.line());
        if (place.device().cuda()) {
            link.announce(memory.line());
        }
        String others = IntStream.range(0, all.length)
                .filter(rank -> all[rank] != all[0])
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            link.announce("warning: ranks " + others + " compute on " + (all[0] == 0 ? "GPUs" : "the CPU")
                    + " and rank 0 does not: every step waits for the slowest");
        }
    }

    /** Memory at its highest: of all ranks the one that took most counts. All ranks enter. */
    void tellPeaks(Collective collective, MetricSink link) {
        // The engine gives memory of a GPU back at the end alone, so what it holds now is its highest.
        long held = Math.max(0, freeBefore - free(place.device()));
        double[] peaks = new double[2 * collective.worldSize()];
        peaks[collective.rank()] = ResidentMemory.peakBytes().orElse(0);
        peaks[collective.worldSize() + collective.rank()] = held;
        double[] all = collective.sum(peaks);
        long resident = highest(Arrays.copyOf(all, collective.worldSize()));
        link.announce(line("memory of a rank", resident, memory.estimate().total()));
        if (memory.estimate().gpu() > 0) {
            long gpu = highest(Arrays.copyOfRange(all, collective.worldSize(), all.length));
            link.announce(line("GPU memory of a rank", gpu, memory.estimate().gpu()));
        }
    }

    private static long highest(double[] bytes) {
        return (long) Arrays.stream(bytes).max().orElse(0);
    }

    private static String line(String what, long measured, long estimated) {
        return String.format(
                Locale.ROOT, "%s at its highest: %,d MiB, estimated %,d MiB", what, measured >> 20, estimated >> 20);
    }

    @Override
    public void close() {
        policy.close();
    }
}
