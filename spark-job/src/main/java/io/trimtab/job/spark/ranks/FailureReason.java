package io.trimtab.job.spark.ranks;

import io.trimtab.job.spark.cluster.SparkFailures;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line out of Spark's report of a failed barrier stage, which is a page of text with the reason inside. For a failure that no rank told by itself; Spark
 * knows partitions, not ranks.
 */
final class FailureReason {
    private static final Pattern EXECUTOR_LOST =
            Pattern.compile("ExecutorLostFailure \\(executor (\\S+) exited .*?Reason: ([^\\n]*)");
    private static final Pattern TASK =
            Pattern.compile("barrier task ResultTask\\(\\d+, (\\d+)\\) finished unsuccessfully\\.\\s*\\n([^\\n]+)");
    private static final int LONGEST = 400;

    private FailureReason() {}

    static String of(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        Matcher lost = EXECUTOR_LOST.matcher(text);
        if (lost.find()) {
            return shortened("executor " + lost.group(1) + " was lost: " + lost.group(2));
        }
        Matcher task = TASK.matcher(text);
        if (task.find()) {
            return shortened("the task of partition " + task.group(1) + " failed: " + task.group(2));
        }
        return shortened(SparkFailures.firstLine(failure));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
