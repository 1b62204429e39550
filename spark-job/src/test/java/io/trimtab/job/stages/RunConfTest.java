package io.trimtab.job.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.job.config.ResolvedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfTest {
    @TempDir
    private Path folder;

    @Test
    void namesVersionsAndIdentityAndLoadsAgain() throws IOException {
        ResolvedConfig config = load("a.conf", "trimtab { model { policy = p, base = b }, data.train.path = d }");

        String text = RunConf.text(config);

        assertThat(text.lines().limit(2))
                .satisfiesExactly(
                        versions -> assertThat(versions)
                                .matches("# Trimtab .*, Spark \\d+\\.\\d+\\.\\d+, Java \\d+.*, \\w+ \\w+"),
                        identity -> assertThat(identity).matches("# identity sha256 [0-9a-f]{64}"));
        assertThat(load("b.conf", text).settings()).isEqualTo(config.settings());
        assertThat(RunConf.text(load("b.conf", text)).lines().skip(1).findFirst())
                .as("the same identity has the same hash")
                .isEqualTo(text.lines().skip(1).findFirst());
    }

    private ResolvedConfig load(String name, String content) throws IOException {
        return ResolvedConfig.load(List.of(Files.writeString(folder.resolve(name), content)), List.of());
    }
}
