package io.trimtab.job.config;

import com.typesafe.config.Config;
import io.trimtab.merge.EmaSettings;
import io.trimtab.merge.MergeRuleName;
import io.trimtab.merge.MergeSettings;
import io.trimtab.merge.MergeSwitches;
import io.trimtab.merge.Semantics;

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
                config.getDouble("merge.density"),
                config.getDouble("merge.alpha"),
                config.getLong("merge.seed"),
                rule().merges() ? config.getInt("merge.interval") : 1,
                switches(MergeSwitches.of(rule(), semantics)),
                new EmaSettings(
                        config.getDouble("merge.ema-decay"),
                        ValueType.constant(EmaSettings.Export.class, config.getString("merge.ema-export"))));
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
