package io.trimtab.model;

import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Weights to bfloat16, so that steps far below its spacing arrive in a forward pass.
 *
 * <p>A DPO step moves a weight of 0.02 by some 1e-6, and bfloat16 numbers lie 1.2e-4 apart there. Rounded to the nearest, a model that was stored in
 * bfloat16 stands still until a weight has gone half of that, after 60 steps; weights that came from a coarser grid may lie on the border between two numbers,
 * and a step moves them by 60 of its kind. Here entry i goes up where its distance to the number below, as a share of the spacing, exceeds a threshold of its own,
 * uniform in [0, 1) and the same for all time: of many weights the expected share has arrived after any step. A bfloat16 number stays what it is, and equal
 * weights round alike, so a policy begins at its reference. This is stochastic rounding (Gupta et al. 2015, arXiv 1502.02551, section 3) with draws that do not change.
 */
final class DitheredRounding {

    /** Entries of the table; tensors go through it again and again. Every threshold is in it equally often, and it stays in a core's cache. */
    private static final int ENTRIES = 1 << 17;

    private static final int THRESHOLDS = 1 << 16;
    private static final long SEED = 7;

    private final EngineSession session;
    private final Tensor table;

    DitheredRounding(EngineSession session) {
        this.session = session;
        this.table = session.withoutGradients(() -> session.root()
                .call("table")
                .with(session.root().longs(thresholds(), ENTRIES))
                .tensor());
    }

    private static int[] thresholds() {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] entries = new int[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            int at = random.nextInt(i + 1);
            entries[i] = entries[at];
            entries[at] = i % THRESHOLDS;
        }
        return entries;
    }

    /** A rounded copy. */
    Tensor of(Tensor weight) {
        return session.withoutGradients(
                () -> session.root().call("round").with(weight).with(table).tensor());
    }

    /** Renews copies. */
    void again(List<Tensor> copies, List<Tensor> weights) {
        session.withoutGradients(() -> {
            session.root()
                    .call("round_again")
                    .with(copies)
                    .with(weights)
                    .with(table)
                    .effect();
            return weights;
        });
    }
}
