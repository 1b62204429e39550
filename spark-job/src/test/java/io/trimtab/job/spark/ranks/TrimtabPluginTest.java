package io.trimtab.job.spark.ranks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrimtabPluginTest {
    /** Executors whose jars came with the application die of any other: Spark reads answers with the class loader of their JVM. */
    @Test
    void anAnswerIsOfAClassThatEveryJvmHas() throws Exception {
        Object answer = new TrimtabPlugin()
                .driverPlugin()
                .receive(new RankMessage.Progress("of no segment", List.of(), List.of()));

        assertThat(answer).isEqualTo("STALE");
        assertThat(answer.getClass().getClassLoader())
                .as("that of the JDK itself")
                .isNull();
    }
}
