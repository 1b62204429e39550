package io.trimtab.job.spark;

import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.merge.scope.TensorFilter;
import java.util.List;

/** The configuration's patterns over tensors against the model's names: one that matches nothing would silently change what is trained. */
final class TensorPatterns {
    private static final int SHOWN = 4;

    private TensorPatterns() {}

    /** @throws RefusedException naming the first pattern without a tensor, its place, and some of the model's names */
    static void require(TrimtabConfig config, List<String> tensors) {
        require(config.optimizer().adamW().decayed(), tensors);
        if (config.merge().rule().sparsifies()) {
            require(config.merge().scope().merged(), tensors);
        }
    }

    private static void require(TensorFilter filter, List<String> tensors) {
        filter.firstWithout(tensors).ifPresent(pattern -> {
            throw new RefusedException(pattern.place() + ": \"" + pattern.regex()
                    + "\" matches none of the model's " + tensors.size() + " tensors, as " + some(tensors)
                    + "; a pattern must match a whole name: mend or remove it");
        });
    }

    /** Spread over the model, so that embeddings, layers and what follows them are among them. */
    private static String some(List<String> tensors) {
        List<String> sorted = tensors.stream().sorted().toList();
        int shown = Math.min(SHOWN, sorted.size());
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < shown; i++) {
            int place = shown == 1 ? 0 : (int) ((long) i * (sorted.size() - 1) / (shown - 1));
            names.append(i == 0 ? "" : ", ").append(sorted.get(place));
        }
        return names.toString();
    }
}
