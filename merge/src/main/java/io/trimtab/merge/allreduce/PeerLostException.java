package io.trimtab.merge.allreduce;

import org.jspecify.annotations.Nullable;

/** Another rank died, froze, closed or left the run; this collective is of no more use. */
public final class PeerLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int peer;
    private final String host;
    private final String reason;

    public PeerLostException(int rank, int peer, String host, String reason, @Nullable Throwable cause) {
        super("Cannot go on as rank %d: lost rank %d on host %s: %s".formatted(rank, peer, host, reason), cause);
        this.peer = peer;
        this.host = host;
        this.reason = reason;
    }

    /** Rank of the lost peer. */
    public int peer() {
        return peer;
    }

    public String host() {
        return host;
    }

    String reason() {
        return reason;
    }
}
