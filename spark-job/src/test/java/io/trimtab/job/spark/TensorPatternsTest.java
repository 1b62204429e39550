package io.trimtab.job.spark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.config.TrimtabConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorPatternsTest {
    private static final List<String> TENSORS = List.of(
            "model.norm.weight",
            "model.embed_tokens.weight",
            "model.layers.0.mlp.up_proj.weight",
            "model.layers.1.mlp.up_proj.weight",
            "model.layers.2.mlp.up_proj.weight");

    @TempDir
    private Path folder;

    @Test
    void oneWithoutATensorIsRefusedWithItsLineAndNamesOfTheModel() throws IOException {
        assertThatThrownBy(() -> TensorPatterns.require(
                        config("merge.exclude-tensors = [\n\"model.*norm.*\",\n\"layers\"]"), TENSORS))
                .isInstanceOf(RefusedException.class)
                .hasMessage(folder.resolve("run.conf")
                        + ": 4: trimtab.merge.exclude-tensors: \"layers\" matches none of the"
                        + " model's 5 tensors, as model.embed_tokens.weight, model.layers.0.mlp.up_proj.weight,"
                        + " model.layers.1.mlp.up_proj.weight, model.norm.weight; a pattern must match a whole name: mend"
                        + " or remove it");
        assertThatThrownBy(() -> TensorPatterns.require(config("optimizer.decay-exclude = \"bias\""), TENSORS))
                .hasMessageContaining(": 2: trimtab.optimizer.decay-exclude: \"bias\"");
    }

    @Test
    void whatTheRuleDoesNotReadIsNotJudged() throws IOException {
        assertThatCode(() ->
                        TensorPatterns.require(config("merge { rule = none, exclude-tensors = \"layers\" }"), TENSORS))
                .doesNotThrowAnyException();
        assertThatCode(() ->
                        TensorPatterns.require(config("merge.include-tensors = \"model\\\\.layers\\\\..*\""), TENSORS))
                .doesNotThrowAnyException();
    }

    private TrimtabConfig config(String lines) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(
                file, "trimtab { model { policy = p, base = b }, data.train.path = rows.jsonl\n" + lines + "\n}\n");
        return ResolvedConfig.load(List.of(file), List.of()).settings();
    }
}
