package io.trimtab.model.loss;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.ArrayList;
import java.util.List;

/** Examples for loss tests: only roles and lengths matter, the log-probs are given beside them. */
final class LossRows {

    private LossRows() {}

    /** A row with a prompt of three tokens and completions of two. */
    static Example row(CompletionRole... roles) {
        List<Completion> completions = new ArrayList<>();
        for (CompletionRole role : roles) {
            completions.add(new Completion(new int[] {7, 8}, role));
        }
        return new Example("row", new int[] {1, 2, 3}, completions);
    }

    static Example pair() {
        return row(CompletionRole.CHOSEN, CompletionRole.REJECTED);
    }

    static Example labelled(boolean desirable) {
        return row(desirable ? CompletionRole.DESIRABLE : CompletionRole.UNDESIRABLE);
    }

    static LossSettings settings(String name, double beta) {
        return new LossSettings(name, beta, 0, 1, 1);
    }

    /** Terms of rows without token counts or z0. */
    static LossTerms terms(SequenceLoss loss, List<Example> rows, double[] logProbs, double[] references) {
        return loss.of(rows, logProbs, references, new int[logProbs.length], 0);
    }
}
