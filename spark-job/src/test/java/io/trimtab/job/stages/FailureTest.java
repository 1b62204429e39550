package io.trimtab.job.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.DataException;
import io.trimtab.job.config.CancelledException;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.DivergedException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.model.weights.ModelFolderException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void exceptionsOfTheJobCarryTheirCode() {
        assertThat(Failure.of(new RefusedException("a"))).isEqualTo(new Failure(ExitCode.REFUSED, "a"));
        assertThat(Failure.of(new ClusterException("b"))).isEqualTo(new Failure(ExitCode.CLUSTER, "b"));
        assertThat(Failure.of(new DivergedException("c"))).isEqualTo(new Failure(ExitCode.DIVERGED, "c"));
        assertThat(Failure.of(new CancelledException("d"))).isEqualTo(new Failure(ExitCode.CANCELLED, "d"));
    }

    @Test
    void filesOfTheUserThatCannotBeUsedAreRefused() {
        assertThat(Failure.of(new DataException("no rows"))).isEqualTo(new Failure(ExitCode.REFUSED, "no rows"));
        assertThat(Failure.of(new ModelFolderException("cut off"))).isEqualTo(new Failure(ExitCode.REFUSED, "cut off"));
        assertThat(Failure.of(new UncheckedIOException("Cannot read x", new FileNotFoundException("x is not there"))))
                .isEqualTo(new Failure(ExitCode.REFUSED, "Cannot read x: x is not there"));
    }

    /** It would be as damaged the next time; the parser's own words are two lines of no use. */
    @Test
    void aDamagedFileOfTheRunIsRefusedByItsName() {
        JsonProcessingException parser =
                catchThrowableOfType(JsonProcessingException.class, () -> new ObjectMapper().readTree("{\"TRAIN\""));

        assertThat(Failure.of(new UncheckedIOException("Cannot read stages.json; delete it", parser)))
                .isEqualTo(new Failure(ExitCode.REFUSED, "Cannot read stages.json; delete it"));
        assertThat(Failure.of(new IllegalArgumentException("Cannot read metrics.jsonl: line 3 is not JSON", parser)))
                .isEqualTo(new Failure(ExitCode.REFUSED, "Cannot read metrics.jsonl: line 3 is not JSON"));
    }

    @Test
    void pathsThatHadoopCannotReadAreRefused() {
        IllegalArgumentException colon =
                catchThrowableOfType(IllegalArgumentException.class, () -> new Path("rows:1.jsonl"));

        assertThat(Failure.of(colon))
                .isEqualTo(new Failure(
                        ExitCode.REFUSED,
                        "Cannot use a path: Relative path in absolute URI: rows:1.jsonl; rename it, Hadoop's paths have"
                                + " a colon behind their scheme alone"));
    }

    @Test
    void aClusterThatSparkGaveUpMayBeThereTheNextTime() {
        assertThat(Failure.of(new IllegalStateException("Cannot call methods on a stopped SparkContext.\nIt was …")))
                .isEqualTo(new Failure(
                        ExitCode.CLUSTER,
                        "Spark stopped by itself: its master cannot be reached, or ended the application; the log tells"
                                + " why"));
    }

    @Test
    void storageThatFailsMayWorkTheNextTime() {
        assertThat(Failure.of(new UncheckedIOException("Cannot write x", new IOException("pipeline broke"))))
                .isEqualTo(new Failure(ExitCode.CLUSTER, "Cannot write x: pipeline broke"));
    }

    @Test
    void meaningIsFoundUnderWrapping() {
        assertThat(Failure.of(new ExecutionException(new IllegalStateException(new ClusterException("lost")))))
                .isEqualTo(new Failure(ExitCode.CLUSTER, "lost"));
    }

    @Test
    void everythingElseIsABug() {
        assertThat(Failure.of(new IndexOutOfBoundsException("7")))
                .isEqualTo(new Failure(ExitCode.BUG, "IndexOutOfBoundsException: 7"));
    }
}
