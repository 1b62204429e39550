package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.vector.VectorLoops;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whole updates in a JVM with the incubating module, which the tests of this module have, and in one without it. */
class VectorsTest {

    @Test
    void updatesHaveTheSameBitsWithoutVectors() throws Exception {
        assertThat(VectorLoops.create()).isNotNull();
        Process without = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        VectorsTest.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> here = digests();
        String there = new String(without.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(there.lines()).containsExactlyElementsOf(here);
        assertThat(without.waitFor()).isZero();
    }

    /** In the other JVM. */
    public static void main(String[] args) {
        if (VectorLoops.create() != null) {
            throw new IllegalStateException("A JVM that was not given the module has vectors");
        }
        digests().forEach(System.out::println);
    }

    private static List<String> digests() {
        List<String> digests = new ArrayList<>();
        Merges.all().forEach(merge -> digests.add(digest(merge) + " " + merge.rule()));
        return digests;
    }

    /** Of the bits of all weights after some steps. */
    private static int digest(MergeSettings merge) {
        Problem problem = new Problem(3, true, 9000, 33, 0, 700, 3, 500, 20);
        Problem.Run run = problem
        .new Run(
                new Solo(),
                new AdamWSettings(1e-3, 0.9, 0.999, 1e-8, 0.01, 1.0),
                LearningRateSchedule.constant(),
                merge,
                ShardLayout.BLOCK);
        for (long step = 1; step <= 6; step++) {
            run.step(step);
        }
        return Arrays.hashCode(run.memory.weights);
    }
}
