package io.trimtab.merge;

import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.ParameterLayout;
import java.util.List;
import java.util.SplittableRandom;

/** What an update of a small model holds after a step, its arrays counted one by one. */
final class MeasuredMemory {

    /** An SFT delta of which no two entries are alike. */
    static final FloatSource NOISE = drawn(0x1p-24);

    /** One in steps of a sixteenth, exact in bfloat16. */
    static final FloatSource SIXTEENTHS = drawn(0x1p-4);

    private static final int SIZE = 300_000;

    private MeasuredMemory() {}

    static double bytesPerParameter(MergeSettings merge, FloatSource tau) {
        ParameterLayout layout = new ParameterLayout(List.of(
                new ParameterLayout.Tensor(0, "large", 0, SIZE - 1000),
                new ParameterLayout.Tensor(1, "small", SIZE - 1000, 1000)));
        ArrayMemory memory = new ArrayMemory(layout, new float[SIZE]);
        MergedUpdate update = MergedUpdate.create(
                new Solo(),
                memory,
                new AdamWSettings(1e-3, 0.9, 0.999, 1e-8, 0.0, 1.0),
                LearningRateSchedule.constant(),
                merge,
                tau,
                new ArrayMemory(layout, new float[SIZE])::readWeights);
        update.apply(1, 1.0);
        return update.bytes() / (double) SIZE;
    }

    /** Multiples of the unit in -1 … 1 but 0. */
    private static FloatSource drawn(double unit) {
        return (offset, target, at, length) -> {
            SplittableRandom random = new SplittableRandom(offset);
            for (int i = 0; i < length; i++) {
                double magnitude = Math.max(unit, Math.rint(random.nextDouble() / unit) * unit);
                target[at + i] = (float) (random.nextBoolean() ? magnitude : -magnitude);
            }
        };
    }
}
