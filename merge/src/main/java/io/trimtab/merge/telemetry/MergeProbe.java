package io.trimtab.merge.telemetry;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.consensus.Consensus;
import io.trimtab.merge.rule.Delta;
import io.trimtab.merge.rule.MergeRule;
import io.trimtab.merge.rule.SftDelta;
import io.trimtab.merge.rule.TensorConsensus;
import io.trimtab.merge.scope.TensorScope;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.telemetry.MergeTelemetry.Sum;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches merges on a {@link Sample}: what stood there before, what the rule added, what arrived. Costs a few percent of an update of a large model and
 * a thirty-second of a byte per parameter. The sums are doubles over all ranks: counts are equal for any number of ranks, magnitudes but for the order
 * of addition.
 */
public final class MergeProbe {

    /** Buckets of an eighth of an octave from 2^-150 to 2^50: any alpha that could matter. */
    private static final int PER_OCTAVE = 8;

    private static final int LOWEST_OCTAVE = -150;
    private static final int BUCKETS = 200 * PER_OCTAVE;

    private final Collective collective;
    private final Sample sample;
    private final TensorScopes scopes;
    private final ScopeFigures settings;
    private final float[] start;
    private final float @Nullable [] base;
    private final float[] weights;
    private final float[] delta;
    private final double[] sums;
    private final float[] kept = new float[TensorPart.TILE];
    private final float[] taus = new float[TensorPart.TILE];

    /** Weights of a chunk as they stand. */
    private final float[] now = new float[TensorPart.TILE];

    private final Entries entries = new Entries();

    private MergeProbe(
            Collective collective,
            Sample sample,
            TensorScopes scopes,
            ScopeFigures settings,
            float[] start,
            float @Nullable [] base) {
        this.collective = collective;
        this.sample = sample;
        this.scopes = scopes;
        this.settings = settings;
        this.start = start;
        this.base = base;
        this.weights = new float[sample.size()];
        this.delta = new float[sample.size()];
        this.sums = new double[sample.groups().size() * Sum.COUNT];
    }

    /**
     * Keeps the sample of the weights that distances are measured from.
     *
     * @param masters the weights a run starts from: those after SFT
     */
    public static MergeProbe of(
            MergeRuleName rule,
            TensorScopes scopes,
            Shard masters,
            Collective collective,
            @Nullable FloatSource baseWeights) {
        Sample sample = Sample.of(scopes.layout(), masters.layout());
        float[] start = new float[sample.size()];
        sample.copy(masters, start);
        float[] base = null;
        if (baseWeights != null) {
            base = new float[sample.size()];
            for (Sample.Chunk chunk : sample.chunks()) {
                baseWeights.read(masters.blockOffset(chunk.block()) + chunk.from(), base, chunk.at(), chunk.length());
            }
        }
        ScopeFigures settings = ScopeFigures.of(rule, scopes, sample.groups());
        return new MergeProbe(collective, sample, scopes, settings, start, base);
    }

    /** Remembers the weights before a merge; the answer remembers the step on its way into it. */
    public Delta watch(Shard masters, Delta delta) {
        sample.copy(masters, weights);
        return new Watched(delta);
    }

    /** No chunk lies in two tiles. */
    private final class Watched implements Delta {

        private final Delta watched;

        Watched(Delta watched) {
            this.watched = watched;
        }

        @Override
        public Shard values() {
            return watched.values();
        }

        @Override
        public void next(TensorPart tile) {
            watched.next(tile);
            float[] step = values().view(tile.block());
            for (int next = sample.first(tile); isIn(tile, next); next++) {
                Sample.Chunk chunk = sample.chunks().get(next);
                System.arraycopy(step, chunk.from(), delta, chunk.at(), chunk.length());
            }
        }

        @Override
        public void next(TensorPart tile, Entries entries) {
            if (isIn(tile, sample.first(tile))) {
                Delta.super.next(tile, entries);
            } else {
                watched.next(tile, entries);
            }
        }

        @Override
        public void addTo(Shard target, TensorPart tile) {
            if (isIn(tile, sample.first(tile))) {
                Delta.super.addTo(target, tile);
            } else {
                watched.addTo(target, tile);
            }
        }

        @Override
        public void forEachPart(List<TensorPart> parts, Shard target, Consumer<TensorPart> rule) {
            watched.forEachPart(parts, target, rule);
        }

        private boolean isIn(TensorPart tile, int chunk) {
            if (chunk == sample.chunks().size()) {
                return false;
            }
            TensorPart piece = sample.chunks().get(chunk).piece();
            return piece.block() == tile.block() && piece.to() <= tile.to();
        }
    }

    /** Just after the merge of a step. */
    public void after(MergeRule rule, Shard masters, long step) {
        Arrays.fill(sums, 0.0);
        TensorConsensus consensus = rule.consensus();
        for (Sample.Chunk chunk : sample.chunks()) {
            System.arraycopy(delta, chunk.at(), kept, 0, chunk.length());
            masters.read(chunk.piece(), now, 0);
            if (consensus == null || !scopes.merged(chunk.tensor())) {
                plain(chunk);
            } else {
                rule.sparsified(chunk.piece(), kept, step);
                readTaus(consensus.tau(), chunk.piece(), step);
                merging(consensus.of(chunk.tensor(), step), chunk);
            }
        }
    }

    private void readTaus(SftDelta tau, TensorPart piece, long step) {
        tau.read(piece, step, entries);
        Arrays.fill(taus, 0, piece.length(), 0.0f);
        for (int i = 0; i < entries.count(); i++) {
            taus[entries.places()[i]] = entries.values()[i];
        }
    }

    private void plain(Sample.Chunk chunk) {
        int moved = 0;
        int lost = 0;
        for (int i = 0; i < chunk.length(); i++) {
            boolean same = now[i] == weights[chunk.at() + i];
            moved += same ? 0 : 1;
            lost += same && kept[i] != 0.0f ? 1 : 0;
        }
        add(chunk, Sum.ENTRIES, chunk.length());
        add(chunk, Sum.MOVED, moved);
        add(chunk, Sum.LOST, lost);
    }

    private void merging(Consensus consensus, Sample.Chunk chunk) {
        int moved = 0;
        int lost = 0;
        int tauTerms = 0;
        int tauLost = 0;
        int votes = 0;
        int conflicts = 0;
        double tauMagnitude = 0.0;
        double deltaMagnitude = 0.0;
        double dot = 0.0;
        double tauSquares = 0.0;
        double deltaSquares = 0.0;
        for (int i = 0; i < chunk.length(); i++) {
            float tau = taus[i];
            float step = kept[i];
            float weight = weights[chunk.at() + i];
            float raw = delta[chunk.at() + i];
            deltaSquares += (double) raw * raw;
            if (tau == 0.0f && step == 0.0f) {
                continue; // the entry stays as it is
            }
            float tauTerm = consensus.tauTerm(tau, step);
            float deltaTerm = consensus.deltaTerm(tau, step);
            boolean same = now[i] == weight;
            moved += same ? 0 : 1;
            lost += same && tauTerm + deltaTerm != 0.0f ? 1 : 0;
            if (tau != 0.0f) {
                tauSquares += (double) tau * tau;
                dot += (double) tau * raw;
                tauTerms += tauTerm == 0.0f ? 0 : 1;
                tauLost += tauTerm != 0.0f && weight + tauTerm == weight ? 1 : 0;
                votes += step == 0.0f ? 0 : 1;
                conflicts += (tau > 0.0f && step < 0.0f) || (tau < 0.0f && step > 0.0f) ? 1 : 0;
            }
            tauMagnitude += Math.abs(tauTerm);
            deltaMagnitude += Math.abs(deltaTerm);
        }
        add(chunk, Sum.ENTRIES, chunk.length());
        add(chunk, Sum.MOVED, moved);
        add(chunk, Sum.LOST, lost);
        add(chunk, Sum.TAU_TERMS, tauTerms);
        add(chunk, Sum.TAU_LOST, tauLost);
        add(chunk, Sum.VOTES, votes);
        add(chunk, Sum.CONFLICTS, conflicts);
        add(chunk, Sum.TAU_MAGNITUDE, tauMagnitude);
        add(chunk, Sum.DELTA_MAGNITUDE, deltaMagnitude);
        add(chunk, Sum.DOT, dot);
        add(chunk, Sum.TAU_SQUARES, tauSquares);
        add(chunk, Sum.DELTA_SQUARES, deltaSquares);
    }

    private void add(Sample.Chunk chunk, Sum sum, double value) {
        sums[sum.place(chunk.group())] += chunk.weight() * value;
    }

    /**
     * The figures of the step between {@link #watch} and {@link #after}. All ranks enter.
     *
     * @param alphaFactor of alpha in this step
     */
    public MergeTelemetry telemetry(Shard masters, double alphaFactor) {
        for (Sample.Chunk chunk : sample.chunks()) {
            masters.read(chunk.piece(), now, 0);
            add(chunk, Sum.SFT_SQUARES, distance(chunk, start));
            if (base != null) {
                add(chunk, Sum.BASE_SQUARES, distance(chunk, base));
            }
        }
        double[] global = collective.sum(sums);
        double[] whole = new double[Sum.COUNT];
        Map<String, Map<String, Double>> layers = new LinkedHashMap<>();
        for (int group = 0; group < sample.groups().size(); group++) {
            for (int i = 0; i < Sum.COUNT; i++) {
                whole[i] += global[group * Sum.COUNT + i];
            }
            Map<String, Double> figures = MergeTelemetry.figures(global, group, base != null);
            settings.addGroupTo(figures, group, alphaFactor);
            layers.put(sample.groups().get(group), figures);
        }
        Map<String, Double> figures = MergeTelemetry.figures(whole, 0, base != null);
        settings.addWholeTo(figures, alphaFactor);
        return new MergeTelemetry(figures, layers);
    }

    private double distance(Sample.Chunk chunk, float[] then) {
        double squares = 0.0;
        for (int i = 0; i < chunk.length(); i++) {
            double difference = (double) now[i] - then[chunk.at() + i];
            squares += difference * difference;
        }
        return squares;
    }

    /**
     * The alpha from which on at least half of tau's entries reach half an ulp of their weight, rounded up by at most a tenth; 0 where there are none. Where
     * tensors differ in alpha, the largest of them, the others in proportion. All ranks enter.
     */
    public double visibleAlpha(@Nullable TensorConsensus consensus) {
        if (consensus == null) {
            return 0.0;
        }
        double[] histogram = new double[BUCKETS];
        double largest = scopes.largest(TensorScope::alpha);
        for (Sample.Chunk chunk : sample.chunks()) {
            double share = largest == 0.0 ? 1.0 : scopes.of(chunk.tensor()).alpha() / largest;
            readTaus(consensus.tau(), chunk.piece(), 1);
            for (int i = 0; i < chunk.length(); i++) {
                float entry = taus[i];
                if (entry != 0.0f && share > 0.0) {
                    double needed = Math.ulp(start[chunk.at() + i]) / 2.0 / Math.abs(entry) / share;
                    histogram[bucket(needed)] += chunk.weight();
                }
            }
        }
        double[] global = collective.sum(histogram);
        double half = Arrays.stream(global).sum() / 2.0;
        double below = 0.0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            below += global[bucket];
            if (below > 0.0 && below >= half) {
                return Math.pow(2.0, LOWEST_OCTAVE + (bucket + 1.0) / PER_OCTAVE);
            }
        }
        return 0.0;
    }

    private static int bucket(double alpha) {
        double octaves = Math.log(alpha) / Math.log(2.0) - LOWEST_OCTAVE;
        return (int) Math.max(0, Math.min(BUCKETS - 1, Math.floor(octaves * PER_OCTAVE)));
    }
}
