package io.trimtab.job.spark.score;

import io.trimtab.model.Policy;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one model that an executor holds for scoring and evaluation, kept between tasks: loading costs far more than a task's rows. Static
 * because Spark gives tasks no other place that outlives them. Tasks of one JVM take turns.
 */
public final class ExecutorModel {
    private static @Nullable String heldKey;
    private static @Nullable Policy held;

    private ExecutorModel() {}

    /** Uses the model of that key, loading it, and letting go of another one, where needed. */
    static synchronized <T> T use(String key, Supplier<Policy> loader, Function<Policy, T> work) {
        Policy policy = held;
        if (policy == null || !key.equals(heldKey)) {
            release();
            policy = loader.get();
            held = policy;
            heldKey = key;
        }
        return work.apply(policy);
    }

    /** Frees the memory before training needs it. */
    public static synchronized void release() {
        Policy policy = held;
        held = null;
        heldKey = null;
        if (policy != null) {
            policy.close();
        }
    }
}
