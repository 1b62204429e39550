package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executors that get our jars with the application, as those of a standalone cluster do: on their JVM's class path there is none of our
 * classes, and what Spark reads there by itself must not need one.
 */
class SubmittedJarsIT {
    private static final int STEPS = 3;

    @TempDir
    static Path folder;

    @Test
    void ranksTrainWithJarsThatCameWithTheApplication() throws IOException {
        Trimtab trimtab = SmallRuns.prepare(folder);
        trimtab.write("submitted.conf", SmallRuns.dpo("submitted", STEPS));

        trimtab.run(
                        "run",
                        "submitted.conf",
                        "--set",
                        "cluster.max-restarts=0",
                        "--set",
                        "cluster.spark.\"spark.jars\"=" + jars(),
                        "--set", // what the launcher gives to executors of one machine
                        "cluster.spark.\"spark.executorEnv.SPARK_DIST_CLASSPATH\"=/nothing")
                .requireDone();

        assertThat(trimtab.metrics("submitted")).hasSize(STEPS);
    }

    private static String jars() throws IOException {
        Path dist = Path.of(System.getProperty("trimtab.dist"));
        try (Stream<Path> natives = Files.list(dist.resolve("lib"))) {
            return Stream.concat(Stream.of(dist.resolve("trimtab.jar")), natives)
                    .map(Path::toString)
                    .collect(Collectors.joining(","));
        }
    }
}
