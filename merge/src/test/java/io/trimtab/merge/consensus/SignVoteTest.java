package io.trimtab.merge.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignVoteTest {

    private static final float[] TAU = {0.04f, 0.0f, 0.03f, 0.0f};
    private static final float[] DELTA = {0.0f, 0.0f, -0.002f, 0.001f};

    @Test
    void releasedElectionIsUnweighted() {
        assertThat(added(0.01, false, TAU, DELTA))
                .containsExactly(new float[] {4e-4f, 0.0f, 3e-4f, 9.9e-4f}, within(1e-9f));
    }

    @Test
    void printedElectionIsWeighted() {
        assertThat(added(0.01, true, TAU, DELTA))
                .containsExactly(new float[] {4e-4f, 0.0f, -1.98e-3f, 9.9e-4f}, within(1e-9f));
    }

    @Test
    void exactOppositesElectPlusInTheReleasedCode() {
        assertThat(added(0.25, false, new float[] {0.5f, -0.5f}, new float[] {-0.5f, 0.5f}))
                .containsExactly(0.125f, 0.375f);
    }

    @Test
    void exactOppositesCancelInPrint() {
        assertThat(added(0.5, true, new float[] {0.5f, -0.5f}, new float[] {-0.5f, 0.5f}))
                .containsExactly(0.0f, 0.0f);
    }

    /** Their product would underflow to 0 and look like agreement. */
    @Test
    void tinyOppositesStillDisagree() {
        assertThat(added(0.5, true, new float[] {1e-30f}, new float[] {-3e-30f}))
                .containsExactly(-1.5e-30f);
    }

    private static float[] added(double alpha, boolean weighted, float[] tau, float[] delta) {
        Shard weights = shard(new float[tau.length]);
        new SignVote(alpha, weighted).addTo(weights, shard(delta), shard(tau));
        return weights.block(0);
    }

    private static Shard shard(float[] values) {
        ParameterLayout layout = new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, values.length)));
        Shard shard = Shard.zeros(layout.shardLayout(0, 1));
        shard.write(0, values, 0, values.length);
        return shard;
    }
}
