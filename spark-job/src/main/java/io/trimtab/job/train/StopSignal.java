package io.trimtab.job.train;

/**
 * A request to stop, made from any thread of one rank. The ranks sum their flags once a step, so one request stops all of them after
 * the same step, with a checkpoint. It cannot be taken back.
 */
public final class StopSignal {

    private volatile boolean requested;

    public void request() {
        requested = true;
    }

    public boolean requested() {
        return requested;
    }
}
