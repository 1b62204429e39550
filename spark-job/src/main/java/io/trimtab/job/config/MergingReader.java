package io.trimtab.job.config;

import com.typesafe.config.Config;
import io.trimtab.merge.depth.Gradient;
import io.trimtab.merge.scope.MergeScope;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.settings.Semantics;

/** The merge group; a switch that is null has what the rule does under the semantics. */
final class MergingReader {
    private final Values values;
    private final Config config;

    MergingReader(Values values, Config config) {
        this.values = values;
        this.config = config;
    }

    MergeRuleName rule() {
        return ValueType.constant(MergeRuleName.class, config.getString("merge.rule"));
    }

    MergeSettings read() {
        Semantics semantics = ValueType.constant(Semantics.class, config.getString("merge.semantics"));
        return new MergeSettings(
                rule(),
                semantics,
                new MergeScope(
                        new TensorFilter(
                                values.patterns("merge.include-tensors"), values.patterns("merge.exclude-tensors")),
                        gradient("merge.density"),
                        gradient("merge.alpha")),
                new AlphaSchedule(
                        ValueType.constant(AlphaSchedule.Name.class, config.getString("merge.alpha-schedule")),
                        config.getLong("merge.alpha-warmup-steps"),
                        config.getDouble("merge.min-alpha-ratio")),
                config.getLong("merge.seed"),
                rule().merges() ? config.getInt("merge.interval") : 1,
                switches(MergeSwitches.of(rule(), semantics)),
                new EmaSettings(
                        config.getDouble("merge.ema-decay"),
                        ValueType.constant(EmaSettings.Export.class, config.getString("merge.ema-export"))));
    }

    private Gradient gradient(String path) {
        return new Gradient(values.items(path).stream()
                .map(ValueType::text)
                .map(Double::valueOf)
                .toList());
    }

    private MergeSwitches switches(MergeSwitches usual) {
        return new MergeSwitches(
                rule().merges() ? one("merge.rescale", usual.rescale()) : usual.rescale(),
                one("merge.tau-mask", usual.tauMask()),
                values.value("merge.tau-clip").isPresent() ? config.getDouble("merge.tau-clip") : usual.tauClip(),
                one("merge.vote", usual.vote()),
                one("merge.epsilon-placement", usual.epsilonPlacement()),
                one("merge.decay", usual.decay()));
    }

    private <E extends Enum<E>> E one(String path, E usual) {
        return values.value(path)
                .map(value -> ValueType.constant(usual.getDeclaringClass(), ValueType.text(value)))
                .orElse(usual);
    }
}
