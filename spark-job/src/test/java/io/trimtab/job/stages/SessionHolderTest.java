package io.trimtab.job.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.spark.cluster.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class SessionHolderTest {
    @Test
    void whatSparkPrintsWhileItStopsDoesNotReachTheUser() {
        PrintStream before = System.err;
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        PrintStream user = new PrintStream(seen, true, StandardCharsets.UTF_8);
        System.setErr(user);
        PrintStream after;
        try (SessionHolder holder = new SessionHolder()) {
            SparkConf conf =
                    new SparkConf().setMaster("local[1]").setAppName("stop").set("spark.ui.enabled", "false");
            SparkSession session = holder.open(
                    ResolvedConfig.load(List.of(), List.of("model.policy=m", "model.base=b", "data.train.path=d"))
                            .settings()
                            .cluster(),
                    conf,
                    Cancellation.none(),
                    new Console(user, false, Duration.ofSeconds(10)));
            session.sparkContext().addSparkListener(new LastWords());
            seen.reset();
        } finally {
            after = System.err;
            System.setErr(before);
        }

        assertThat(LastWords.said).isTrue();
        assertThat(seen.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(after).isSameAs(user);
    }

    /** Prints from a thread of Spark's own, as Scala's default reporter does. */
    private static final class LastWords extends SparkListener {
        static volatile boolean said;

        @Override
        public void onApplicationEnd(SparkListenerApplicationEnd end) {
            System.err.println("a stack trace");
            said = true;
        }
    }
}
