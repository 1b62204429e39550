package io.trimtab.job.quickstart;

import io.trimtab.data.synthetic.WorldFolder;
import java.nio.file.Path;
import java.util.Locale;

/** How the demonstration aligns: from pairs, or from the same answers with labels. */
public enum AlignmentStage {
    DPO("", "sigmoid", 16),
    /** A pair gives two labelled answers, so that twice the batch holds as much. */
    KTO("kto-", "kto", 32);

    private final String prefix;
    private final String loss;
    private final int batchSize;

    AlignmentStage(String prefix, String loss, int batchSize) {
        this.prefix = prefix;
        this.loss = loss;
        this.batchSize = batchSize;
    }

    /** Of the folders' names. */
    String prefix() {
        return prefix;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    String loss() {
        return loss;
    }

    int batchSize() {
        return batchSize;
    }

    Path rows(WorldFolder world) {
        return switch (this) {
            case DPO -> world.pairs();
            case KTO -> world.labelled();
        };
    }
}
