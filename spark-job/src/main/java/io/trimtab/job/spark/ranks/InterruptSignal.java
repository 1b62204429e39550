package io.trimtab.job.spark.ranks;

/**
 * Ctrl-C reaches every process of a terminal's group. On a local cluster the executors must not end with it: the driver asks them to save
 * first, and ends them.
 */
final class InterruptSignal {
    private InterruptSignal() {}

    /** By reflection, because the compiler warns of sun.misc in a way that cannot be suppressed; the module exports it. */
    static void ignore() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ignored = handler.getField("SIG_IGN").get(null);
            Object interrupt = signal.getConstructor(String.class).newInstance("INT");
            signal.getMethod("handle", signal, handler).invoke(null, interrupt, ignored);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM cannot ignore SIGINT", e);
        }
    }
}
