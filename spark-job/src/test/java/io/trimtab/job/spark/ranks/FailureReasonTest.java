package io.trimtab.job.spark.ranks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Texts as Spark 4.1.3 wrote them. */
class FailureReasonTest {
    private static final String ABORTED =
            "Job aborted due to stage failure: Could not recover from a failed barrier ResultStage."
                    + " Most recent failure reason: Stage failed because barrier task ResultTask(13, 1) finished unsuccessfully.\n";

    @Test
    void aTaskThatThrewIsNamedWithItsException() {
        assertThat(reason(ABORTED + "java.io.IOException: disk full\n\tat io.trimtab.Somewhere(Somewhere.java:1)"))
                .isEqualTo("the task of partition 1 failed: java.io.IOException: disk full");
    }

    @Test
    void aLostExecutorIsNamedWithItsReason() {
        assertThat(reason(ABORTED + "ExecutorLostFailure (executor 1 exited caused by one of the running tasks)"
                        + " Reason: Command exited with code 137"))
                .isEqualTo("executor 1 was lost: Command exited with code 137");
    }

    @Test
    void anythingElseIsItsFirstLine() {
        assertThat(reason("SparkContext was shut down\nand more")).isEqualTo("SparkContext was shut down");
    }

    private static String reason(String message) {
        return FailureReason.of(new IllegalStateException(message));
    }
}
