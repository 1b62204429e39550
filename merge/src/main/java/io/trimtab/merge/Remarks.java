package io.trimtab.merge;

import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import java.util.ArrayList;
import java.util.List;

/** What a user could miss about a run's rule, in lines for its start. */
final class Remarks {

    private Remarks() {}

    static List<String> of(MergeSettings merge, long totalSteps) {
        List<String> lines = new ArrayList<>();
        if (merge.rule().merges() && merge.interval() > 1) {
            lines.add(interval(merge.interval(), totalSteps));
        }
        if (merge.rule() == MergeRuleName.EMA) {
            lines.add(
                    switch (merge.ema().export()) {
                        case AVERAGE ->
                            "The moving average of the weights (merge.ema-decay) is what is evaluated and exported;"
                                    + " metrics of a step are those of the trained weights";
                        case TRAINED ->
                            "The trained weights are what is evaluated and exported; their moving average stays in"
                                    + " the checkpoints, merge.ema-export = average hands it on";
                    });
        }
        return List.copyOf(lines);
    }

    private static String interval(int interval, long totalSteps) {
        String merged = "Merges every " + interval + " steps; ";
        if (totalSteps < interval) {
            return merged + "the run has " + totalSteps
                    + ", so nothing is ever merged with the SFT delta: lower merge.interval";
        }
        long tail = totalSteps % interval;
        return tail == 0
                ? merged + "the last of all " + totalSteps + " steps is a merge"
                : merged + "of all " + totalSteps + " steps the last " + tail
                        + ", less than an interval, stay plain AdamW steps that are not merged";
    }
}
