package io.trimtab.job.spark.ranks;

import io.trimtab.job.spark.cluster.SparkMaster;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * Spark's own line between ranks and driver while a stage runs: about 8 ms for a question with its answer, while accumulators arrive at its
 * end only. Static, because Spark makes the plugin and gives tasks no way to it. Named in {@code spark.plugins} by {@code SparkSessions}.
 */
public final class TrimtabPlugin implements SparkPlugin {
    private static final AtomicReference<@Nullable PluginContext> EXECUTOR = new AtomicReference<>();
    private static final AtomicReference<@Nullable Receiver> DRIVER = new AtomicReference<>();

    /** What the driver does with a message; called by Spark's threads, one message at a time. */
    interface Receiver {
        RankMessage.Answer receive(RankMessage message);
    }

    /** Messages go here until another receiver takes over; null: nobody listens. */
    static void listen(@Nullable Receiver receiver) {
        DRIVER.set(receiver);
    }

    /** Tells the driver and waits for its answer; on executors. */
    static RankMessage.Answer ask(RankMessage message) {
        PluginContext context = EXECUTOR.get();
        if (context == null) {
            throw new IllegalStateException(
                    "Cannot reach the driver: spark.plugins lacks " + TrimtabPlugin.class.getName());
        }
        try {
            return RankMessage.Answer.valueOf((String) context.ask(message));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot reach the driver", e);
        } catch (Exception e) {
            throw new IllegalStateException("Cannot reach the driver: " + e.getMessage(), e);
        }
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Map<String, String> init(SparkContext spark, PluginContext context) {
                return Map.of();
            }

            /**
             * Answers by a name: an executor reads answers with the class loader of its JVM, and where our jars came with the
             * application, as on a standalone cluster, that one does not know our classes.
             */
            @Override
            public Object receive(Object message) {
                Receiver receiver = DRIVER.get();
                return (receiver == null ? RankMessage.Answer.STALE : receiver.receive((RankMessage) message)).name();
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                EXECUTOR.set(context);
                if (SparkMaster.of(context.conf()).isLocalCluster()) {
                    InterruptSignal.ignore();
                }
            }

            @Override
            public void shutdown() {
                EXECUTOR.set(null);
            }
        };
    }
}
