package io.trimtab.merge.allreduce;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How ranks join and wait for each other; the same on every rank.
 *
 * @param connectTimeout until the whole ring must stand
 * @param idleTimeout a peer without a sign of life for this long is lost; one that merely computes gives signs
 * @param sharedMemory whether neighbours on one host hand each other the bodies of frames in shared memory, once they have proved who they
 *     are; where that is impossible all goes by TCP
 */
public record RingSettings(Duration connectTimeout, Duration idleTimeout, boolean sharedMemory) {

    public RingSettings {
        requirePositive("connect timeout", connectTimeout);
        requirePositive("idle timeout", idleTimeout);
    }

    public RingSettings(Duration connectTimeout, Duration idleTimeout) {
        this(connectTimeout, idleTimeout, true);
    }

    private static void requirePositive(String name, Duration duration) {
        if (requireNonNull(duration, name + " is null").isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("Cannot join a ring: %s is %s".formatted(name, duration));
        }
    }
}
