package io.trimtab.merge.allreduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InMemoryCollectiveTest {

    @Test
    void leavingRankIsNamedToThoseThatWaitAndThoseThatComeLater() throws Exception {
        List<Collective> group = InMemoryCollective.group(3);
        CompletableFuture<Throwable> waiting = throwableOf(group.get(0));
        group.get(2).close();
        assertThat(waiting.get(10, TimeUnit.SECONDS))
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("lost rank 2");
        assertThatThrownBy(() -> group.get(1).sum(new double[1]))
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("lost rank 2");
    }

    @Test
    void closeWakesAWaitingRankAndMayBeRepeated() throws Exception {
        List<Collective> group = InMemoryCollective.group(2);
        CompletableFuture<Throwable> waiting = throwableOf(group.get(0));
        group.get(0).close();
        group.get(0).close();
        assertThat(waiting.get(10, TimeUnit.SECONDS))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("rank 0 is closed");
    }

    @Test
    void interruptedRankLeavesTheGroup() throws Exception {
        List<Collective> group = InMemoryCollective.group(2);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> group.get(0).sum(new double[1])).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> group.get(1).sum(new double[1]))
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("lost rank 0");
    }

    private static CompletableFuture<Throwable> throwableOf(Collective collective) {
        return CompletableFuture.supplyAsync(() -> catchThrowable(() -> collective.sum(new double[1])));
    }
}
