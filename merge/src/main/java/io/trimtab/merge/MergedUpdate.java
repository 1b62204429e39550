package io.trimtab.merge;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.rule.AdamW;
import io.trimtab.merge.rule.Averaging;
import io.trimtab.merge.rule.Delta;
import io.trimtab.merge.rule.ExpectedChange;
import io.trimtab.merge.rule.FiniteWeights;
import io.trimtab.merge.rule.MergeRule;
import io.trimtab.merge.rule.MergeRules;
import io.trimtab.merge.rule.TensorConsensus;
import io.trimtab.merge.rule.UnusableWeightsException;
import io.trimtab.merge.scope.TensorScope;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.DecayPlace;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.StateMismatchException;
import io.trimtab.merge.settings.StateSlots;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.shard.Workers;
import io.trimtab.merge.sparsify.Magnitudes;
import io.trimtab.merge.telemetry.MergeProbe;
import io.trimtab.merge.telemetry.MergeTelemetry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The merged all-reduce: from the ranks' gradients to new weights on all of them, one optimizer step of the Online Merging Optimizer (arXiv
 * 2405.17931) per call. Every rank owns an equal share of float masters, moments and SFT delta; the model keeps weights and gradients only. Where those
 * are {@link ParameterMemory#isInPlace in place}, a rank's share of them is its masters and summed gradient.
 *
 * <p>Every method but {@link #save} is a collective operation. Used by one thread. Repeats bit for bit for the same number of ranks; another number
 * of ranks changes nothing but the order in which floats are added. After an exception other than {@link DivergedException} the update
 * is of no more use.
 */
public final class MergedUpdate {

    private final Collective collective;
    private final ParameterMemory memory;
    private final AdamWSettings settings;
    private final LearningRateSchedule schedule;
    private final MergeSettings merge;
    private final TensorScopes scopes;
    private final LearningRateSchedule alpha;
    private final MergeRule rule;
    private final Shard masters;
    private final List<TensorPart> decaying;
    private final Shard gradient;
    private final boolean inPlace;
    private final Workers workers;
    private final AdamW adamW;
    private final ExpectedChange expectedChange;
    private final MergeProbe probe;
    private long lastStep;
    private double alphaFactors;

    private MergedUpdate(
            Collective collective,
            ParameterMemory memory,
            AdamWSettings settings,
            LearningRateSchedule schedule,
            MergeSettings merge,
            TensorScopes scopes,
            MergeRule rule,
            Shard masters,
            Shard gradient,
            boolean inPlace,
            ExpectedChange expectedChange,
            MergeProbe probe) {
        ShardLayout layout = masters.layout();
        this.collective = collective;
        this.memory = memory;
        this.settings = settings;
        this.schedule = schedule;
        this.merge = merge;
        this.scopes = scopes;
        this.alpha = merge.alphaSchedule().over(schedule);
        this.rule = rule;
        this.masters = masters;
        this.decaying = decaying(settings, scopes.layout(), layout);
        this.gradient = gradient;
        this.inPlace = inPlace;
        this.workers = new Workers(layout, memory.threads());
        this.adamW = new AdamW(
                settings, merge.switches().epsilonPlacement(), Shard.zeros(layout), Shard.zeros(layout), workers);
        this.expectedChange = expectedChange;
        this.probe = probe;
    }

    /**
     * Starts before step 1 with the model's present weights as masters.
     *
     * @param sft weights after supervised fine-tuning, in the same flat space; read here, not kept. Needed where {@link
     *     MergeSettings#usesSftDelta}
     * @param base weights before it
     * @throws UnusableWeightsException on all ranks, where weights are not finite
     */
    public static MergedUpdate create(
            Collective collective,
            ParameterMemory memory,
            AdamWSettings optimizer,
            LearningRateSchedule schedule,
            MergeSettings merge,
            @Nullable FloatSource sft,
            @Nullable FloatSource base) {
        ShardLayout layout = memory.layout().shardLayout(collective.rank(), collective.worldSize());
        return create(collective, memory, layout, optimizer, schedule, merge, sft, base);
    }

    static MergedUpdate create(
            Collective collective,
            ParameterMemory memory,
            ShardLayout layout,
            AdamWSettings optimizer,
            LearningRateSchedule schedule,
            MergeSettings merge,
            @Nullable FloatSource sft,
            @Nullable FloatSource base) {
        boolean inPlace = memory.isInPlace() && merge.worksInPlace();
        Shard masters = inPlace ? Shard.over(layout, memory::readWeights, memory::writeWeights) : Shard.zeros(layout);
        if (!inPlace) {
            masters.readFrom(memory::readWeights);
        }
        FiniteWeights.require(masters, "the policy's tensor", memory.layout(), collective);
        TensorScopes scopes = TensorScopes.of(merge.scope(), memory.layout());
        LearningRateSchedule alpha = merge.alphaSchedule().over(schedule);
        Shard gradient =
                inPlace ? Shard.over(layout, memory::readGradients, memory::writeGradients) : Shard.zeros(layout);
        MergeRule rule = new MergeRules(merge, masters, gradient, scopes, alpha, collective, sft, base).rule();
        MergeProbe probe = MergeProbe.of(merge.rule(), scopes, masters, collective, base);
        ExpectedChange expectedChange = ExpectedChange.of(
                rule.expectedSize(optimizer.learningRate()).withTauTimes(alpha.peak()),
                Magnitudes.median(masters, collective),
                merge.rule().merges() ? scopes.largest(TensorScope::alpha) : 0.0,
                visibleAlpha(probe.visibleAlpha(rule.consensus()), alpha.peak()));
        MergedUpdate update = new MergedUpdate(
                collective,
                memory,
                optimizer,
                schedule,
                merge,
                scopes,
                rule,
                masters,
                gradient,
                inPlace,
                expectedChange,
                probe);
        update.clearGradients(); // the rule was made with their help
        masters.settle();
        return update;
    }

    /** Before a schedule that never gets above {@code peak}. */
    private static double visibleAlpha(double scheduled, double peak) {
        return scheduled == 0.0 ? 0.0 : scheduled / peak;
    }

    private static List<TensorPart> decaying(AdamWSettings settings, ParameterLayout layout, ShardLayout shard) {
        Set<Integer> decayed = layout.tensors().stream()
                .filter(tensor -> settings.decayed().has(tensor.name()))
                .map(ParameterLayout.Tensor::id)
                .collect(Collectors.toUnmodifiableSet());
        return shard.parts().stream()
                .filter(part -> decayed.contains(part.tensor()))
                .toList();
    }

    /**
     * One step of the paper. All ranks enter.
     *
     * @param step from 1, one more than the last
     * @param denominator what the summed gradients are divided by: the global count of examples, or of tokens
     * @throws DivergedException on all ranks, before anything changes, when the gradient is not finite anywhere
     */
    public UpdateReport apply(long step, double denominator) {
        requireNextStep(step);
        requirePositive(denominator);
        double learningRate = settings.learningRate() * schedule.factor(step);
        Stopwatch watch = new Stopwatch();

        sumGradients(); // this rank owns the sum for its 1/R
        double reduceSeconds = watch.lap();

        double squares = gradient.sumOfSquares(denominator, workers);
        double norm = requireFinite(step, norm(squares)); // the same number on all ranks: all stop, or none
        Averaging averaging = new Averaging(denominator, settings.clipFactor(norm));
        averaging = rule.onGradient(gradient, averaging, step); // ChildTuning's mask; nothing for the others
        Delta delta = rule.onDelta(adamW.delta(gradient, averaging, step, learningRate), step);
        decay(DecayPlace.BEFORE, learningRate);
        rule.merge(masters, probe.watch(masters, delta), step); // theta += (1 - alpha) F(delta) (+) alpha F(tau)
        if (rule.movesAt(step)) {
            probe.after(rule, masters, step);
        }
        decay(DecayPlace.AFTER, learningRate);
        rule.afterUpdate(masters); // the moving average; nothing for the others
        clearGradients();
        MergeTelemetry telemetry =
                rule.movesAt(step) ? probe.telemetry(masters, alpha.factor(step)) : MergeTelemetry.NONE;
        double mergeSeconds = watch.lap();

        show(step); // the synchronized update
        passed(step);
        return new UpdateReport(
                norm,
                learningRate,
                scopes.meanAlpha() * alphaFactors,
                telemetry,
                reduceSeconds,
                mergeSeconds,
                watch.lap());
    }

    /** One rank alone has the sum where the model has put it. */
    private void sumGradients() {
        if (!inPlace) {
            collective.reduceScatter(memory::readGradients, gradient);
            memory.zeroGradients();
        } else if (collective.worldSize() > 1) {
            collective.reduceScatter(memory::readGradients, gradient);
            gradient.settle();
        }
    }

    /** Where the model's gradients are worked on, they are zeroed afterwards. */
    private void clearGradients() {
        if (inPlace) {
            gradient.settle();
            memory.zeroGradients();
        }
    }

    private void decay(DecayPlace place, double learningRate) {
        double factor = learningRate * settings.weightDecay();
        if (merge.switches().decay() == place && factor != 0.0) {
            rule.decay(masters, decaying, factor);
        }
    }

    private void passed(long step) {
        lastStep = step;
        alphaFactors += rule.mergesAt(step) ? alpha.factor(step) : 0.0;
    }

    private void requireNextStep(long step) {
        if (step != lastStep + 1) {
            throw new IllegalArgumentException(
                    "Cannot apply step %d: the last one was step %d, and a step must not be skipped or applied twice"
                            .formatted(step, lastStep));
        }
    }

    private static void requirePositive(double denominator) {
        if (!(denominator > 0.0 && denominator < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "Cannot average the gradient: its denominator must be positive and finite, is " + denominator);
        }
    }

    private double requireFinite(long step, double norm) {
        if (!Double.isFinite(norm)) {
            clearGradients();
            throw new DivergedException(step, norm);
        }
        return norm;
    }

    private double norm(double squares) {
        return Math.sqrt(collective.sum(new double[] {squares})[0]);
    }

    /** For the banner at the start of a run. */
    public ExpectedChange expectedChange() {
        return expectedChange;
    }

    /**
     * Refuses settings that cannot move the weights; all ranks agree.
     *
     * @throws NoChangeException when both terms of a step would be rounded away
     */
    public void requireChange() {
        if (expectedChange.vanishes()) {
            throw new NoChangeException(expectedChange);
        }
    }

    /** The last applied step; 0 before the first. */
    public long lastStep() {
        return lastStep;
    }

    /** Names of the state's parts, in the order in which they are saved. */
    public static List<String> slots(MergeSettings merge) {
        return StateSlots.of(merge);
    }

    private Map<String, Shard> state() {
        Map<String, Shard> shards = new HashMap<>(rule.state());
        shards.put(StateSlots.MASTER, masters);
        shards.put(StateSlots.MOMENT1, adamW.moment1());
        shards.put(StateSlots.MOMENT2, adamW.moment2());
        Map<String, Shard> state = new LinkedHashMap<>();
        for (String slot : slots(merge)) {
            state.put(slot, requireNonNull(shards.get(slot)));
        }
        return state;
    }

    /** What this rank keeps for all of it beside the model, in bytes: {@link MergeSettings#bytesPerParameter} and less. */
    long bytes() {
        TensorConsensus consensus = rule.consensus();
        int inModel = inPlace ? 2 : 0;
        long floats = masters.range().length() * (state().size() + 1 - inModel);
        return floats * Float.BYTES + (consensus == null ? 0 : consensus.tau().bytes());
    }

    /** Saves this rank's range of every slot; the SFT delta and the masks follow from the settings. */
    public void save(StateSink sink) throws IOException {
        for (Map.Entry<String, Shard> slot : state().entrySet()) {
            Shard shard = slot.getValue();
            for (int b = 0; b < shard.blockCount(); b++) {
                float[] values = shard.view(b);
                sink.write(slot.getKey(), shard.blockOffset(b), values, 0, values.length);
            }
            shard.settle();
        }
    }

    /**
     * Goes on after a saved step, whatever number of ranks saved it, and hands the saved weights to the model. All ranks enter.
     *
     * @param step the last one that the state contains
     * @throws StateMismatchException if the state is that of another rule
     */
    public void load(StateSource source, long step) throws IOException {
        if (step < 0) {
            throw new IllegalArgumentException("Cannot load the state of step " + step);
        }
        if (masters.layout().size() > 0) {
            StateSlots.require(slots(merge), source.slots());
        }
        for (Map.Entry<String, Shard> slot : state().entrySet()) {
            Shard shard = slot.getValue();
            for (int b = 0; b < shard.blockCount(); b++) {
                float[] values = shard.block(b);
                source.read(slot.getKey(), shard.blockOffset(b), values, 0, values.length);
            }
        }
        memory.zeroGradients();
        show(step);
        alphaFactors = 0.0;
        for (long past = 1; past <= step; past++) {
            passed(past);
        }
        lastStep = step;
    }

    private void show(long step) {
        Shard shown = rule.shown(masters, gradient, step);
        shown.settle();
        if (!inPlace || collective.worldSize() > 1) {
            collective.allGather(shown, memory::writeWeights);
        }
    }

    /**
     * Measures the weights that the run hands on: where they are a moving average, the model holds it meanwhile. All ranks enter.
     */
    public <T> T withResult(Supplier<T> measurement) {
        Shard result = rule.result();
        if (result == null) {
            return measurement.get();
        }
        collective.allGather(result, memory::writeWeights);
        T measured = measurement.get();
        show(lastStep);
        return measured;
    }

    /** What the start of a run should say beside the banner: what becomes of steps between merges, and which weights it hands on. */
    public List<String> remarks(long totalSteps) {
        List<String> lines = new ArrayList<>(Remarks.of(merge, totalSteps));
        lines.addAll(ScopeRemarks.of(settings, merge, scopes, alpha));
        return List.copyOf(lines);
    }
}
