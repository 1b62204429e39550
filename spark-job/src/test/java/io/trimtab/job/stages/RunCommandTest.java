package io.trimtab.job.stages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.spark.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole commands in local[2], two ranks as threads joined by the ring; one small model is pre-trained and aligned. */
class RunCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RANKS = Integer.getInteger("ranks", 2);
    private static final ByteArrayOutputStream CONSOLE = new ByteArrayOutputStream();

    @TempDir
    static Path folder;

    private static WorldFolder world;
    private static RunCommand commands;

    @BeforeAll
    static void makeWorldAndSession() {
        world = WorldFolder.write(folder.resolve("world"), 7);
        commands = new RunCommand(new PrintStream(CONSOLE, true, StandardCharsets.UTF_8), Cancellation.none());
    }

    @AfterAll
    static void stopSession() {
        commands.close();
    }

    @Test
    void aPretrainedModelIsAlignedAndMeasured() throws IOException {
        assertThat(execute(RunStage.ALL, pretraining("base", 3))).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(execute(RunStage.ALL, dpo("dpo", 4))).as(console()).isEqualTo(ExitCode.DONE);

        Path run = folder.resolve("dpo");
        List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertThat(metrics).hasSize(4);
        JsonNode first = JSON.readTree(metrics.get(0));
        assertThat(first.path("step").asInt()).isEqualTo(1);
        assertThat(first.path("loss").asDouble()).isCloseTo(Math.log(2), org.assertj.core.api.Assertions.within(1e-6));
        assertThat(JSON.readTree(run.resolve("data-report.json").toFile())
                        .path("kept")
                        .asInt())
                .isEqualTo(1600);
        assertThat(run.resolve("model/model.safetensors")).exists();
        assertThat(run.resolve("model/README.md")).content().contains("| policy | strict |");
        assertThat(run.resolve("report.html")).exists();
        JsonNode models = JSON.readTree(run.resolve("evaluation.json").toFile()).path("models");
        assertThat(models.path("base").path("strict").path("n").asInt()).isPositive();
        assertThat(models.path("policy").path("preference_accuracy").path("n").asInt())
                .isEqualTo(1600);
        JsonNode result = JSON.readTree(run.resolve("result.json").toFile());
        assertThat(result.path("status").asText()).isEqualTo("done");
    }

    private static ExitCode execute(RunStage stage, List<String> sets) {
        return commands.execute(ResolvedConfig.load(List.of(), sets), stage);
    }

    private static List<String> pretraining(String run, int steps) {
        List<String> sets = common(run, steps);
        sets.add("model.initialize=\"" + world.modelConfig() + "\"");
        sets.add("data.train.path=\"" + world.pretrain() + "\"");
        sets.add("training.stage=pretrain");
        return sets;
    }

    private static List<String> dpo(String run, int steps) {
        List<String> sets = common(run, steps);
        String base = folder.resolve("base/model").toString();
        sets.add("model.policy=\"" + base + "\"");
        sets.add("model.base=\"" + base + "\"");
        sets.add("data.train.path=\"" + world.pairs() + "\"");
        sets.add("training.stage=dpo");
        sets.add("optimizer.learning-rate=1e-4");
        sets.add("evaluation.data.path=\"" + world.pairs() + "\"");
        sets.add("evaluation.tests=[{name=strict,kind=exact-match,path=\"" + world.strict() + "\"}]");
        return sets;
    }

    private static List<String> common(String run, int steps) {
        return new ArrayList<>(List.of(
                "run-directory=\"" + folder.resolve(run) + "\"",
                "data.append-eos=false",
                "data.max-length=64",
                "training.max-steps=" + steps,
                "training.global-batch-size=8",
                "cluster.ranks=" + RANKS + "",
                "cluster.max-restarts=0",
                "cluster.spark.\"spark.master\"=\"local[2]\"",
                "cluster.spark.\"spark.trimtab.ranksInProcess\"=\"true\""));
    }

    private static String console() {
        return CONSOLE.toString(StandardCharsets.UTF_8);
    }
}
