package io.trimtab.job.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.RefusedException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbsolutePathsTest {
    private final AbsolutePaths paths = new AbsolutePaths(Path.of("/jobs"), true);

    @Test
    void relativePathsCountFromTheWorkingDirectory() {
        assertThat(paths.of("runs/2026-11-27T13:05/")).isEqualTo("/jobs/runs/2026-11-27T13:05");
        assertThat(paths.of("./a:b")).isEqualTo("/jobs/a:b");
        assertThat(paths.of("/runs/a")).isEqualTo("/runs/a");
        assertThat(paths.of("hdfs://head/runs/a")).isEqualTo("hdfs://head/runs/a");
        assertThat(new AbsolutePaths(Path.of("/jobs"), false).of("a")).isEqualTo("file:/jobs/a");
    }

    @Test
    void whatIsNeitherAPathNorAnAddressIsRefused() {
        assertThatThrownBy(() -> paths.of("run:b"))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot use the path run:b: ")
                .hasMessageEndingWith("write ./run:b for a local path");
    }

    /** Two slashes make a host of the first folder. */
    @Test
    void aFileOnAHostIsRefusedWithItsThirdSlash() {
        assertThat(paths.of("file:///runs/a")).isEqualTo("file:///runs/a");
        assertThat(paths.of("file:/runs/a")).isEqualTo("file:/runs/a");
        assertThatThrownBy(() -> paths.of("file://runs/a"))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot use the path file://runs/a: runs stands where a host does")
                .hasMessageEndingWith("write file:///runs/a");
    }

    @Test
    void aPatternIsNoFolderOfTables() {
        assertThat(paths.ofTables("runs/a b/t\u00e4bles")).isEqualTo("/jobs/runs/a b/t\u00e4bles");
        for (String folder : List.of("runs/a [1]/tables", "{a}", "a*", "a?", "a\\\\b")) {
            assertThatThrownBy(() -> paths.ofTables(folder))
                    .as(folder)
                    .isInstanceOf(RefusedException.class)
                    .hasMessageStartingWith("tables-directory: Spark would take /jobs/")
                    .hasMessageContaining("or such a run-directory");
        }
    }
}
