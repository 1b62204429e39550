package io.trimtab.merge.rule;

import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.StateSlots;
import io.trimtab.merge.shard.Shard;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plain AdamW with an exponential moving average beside it: {@code average = decay average + (1 - decay) theta} after every step, from the initial
 * weights on, never read by the training. The formula is that of torch.optim.swa_utils.get_ema_avg_fn, which sets out from the first step's
 * weights in place of the initial ones. The one of the paper's baseline is not published.
 */
final class WeightAverage implements MergeRule {

    private final PlainAdamW training = new PlainAdamW();
    private final EmaSettings settings;
    private final Shard average;

    /** @param average the initial weights; owned by the rule */
    WeightAverage(EmaSettings settings, Shard average) {
        this.settings = settings;
        this.average = average;
    }

    @Override
    public void merge(Shard weights, Delta delta, long step) {
        training.merge(weights, delta, step);
    }

    @Override
    public void afterUpdate(Shard weights) {
        average.moveTo(weights, 1.0 - settings.decay());
    }

    @Override
    public @Nullable Shard result() {
        return settings.export() == EmaSettings.Export.AVERAGE ? average : null;
    }

    @Override
    public Map<String, Shard> state() {
        return Map.of(StateSlots.AVERAGE, average);
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        return training.expectedSize(learningRate);
    }
}
