package io.trimtab.job.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.quickstart.Quickstart.Options;
import io.trimtab.job.quickstart.Quickstart.Until;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of things, with a run command that only leaves the files a real one leaves. */
class QuickstartTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private final List<String> ran = new ArrayList<>();
    private final List<String> sampled = new ArrayList<>();

    @Test
    void makesEveryRunInOrderAndASecondCallMakesNone() {
        assertThat(run(AlignmentStage.DPO, Until.POLICIES)).isEqualTo(ExitCode.DONE);
        assertThat(ran).containsExactly("base", "sft", "adamw", "adamw-tuned", "on-ties");
        console.reset();
        ran.clear();
        assertThat(run(AlignmentStage.DPO, Until.POLICIES)).isEqualTo(ExitCode.DONE);
        assertThat(ran).isEmpty();
        assertThat(output()).contains("everything was done before", "on-ties");
    }

    @Test
    void samplesEachModelOnce() {
        run(AlignmentStage.DPO, Until.POLICIES);
        assertThat(sampled).containsExactly("base", "sft", "adamw", "adamw-tuned", "on-ties");
    }

    @Test
    void ktoUsesBaseAndSftOfBefore() {
        run(AlignmentStage.DPO, Until.POLICIES);
        ran.clear();
        run(AlignmentStage.KTO, Until.POLICIES);
        assertThat(ran).containsExactly("kto-adamw", "kto-adamw-tuned", "kto-on-ties");
        assertThat(directory.resolve("kto-report.html")).exists();
        assertThat(directory.resolve("report.html")).exists();
    }

    @Test
    void stopsWhereItIsTold() {
        run(AlignmentStage.DPO, Until.WORLD);
        assertThat(ran).isEmpty();
        assertThat(directory.resolve("world/world.json")).exists();
        assertThat(directory.resolve("world/result.json")).content().contains("\"done\"");
        run(AlignmentStage.DPO, Until.SFT);
        assertThat(ran).containsExactly("base", "sft");
    }

    @Test
    void aFailedRunEndsTheDemonstrationWithItsCode() {
        Quickstart quickstart = new Quickstart(
                new Options(directory, AlignmentStage.DPO, Until.POLICIES, List.of()),
                configuration -> name(configuration).equals("sft") ? ExitCode.CLUSTER : complete(configuration),
                this::scores,
                new PrintStream(console, true, StandardCharsets.UTF_8));
        assertThat(quickstart.run()).isEqualTo(ExitCode.CLUSTER);
        assertThat(ran).containsExactly("base");
    }

    @Test
    void addsRewardValidityAndAbilityToTheEvaluation() throws IOException {
        run(AlignmentStage.DPO, Until.POLICIES);
        JsonNode policy = new ObjectMapper()
                .readTree(directory.resolve("on-ties/evaluation.json").toFile())
                .path("models")
                .path("policy");
        // strict 0.8, raw 0.9 below, valid 0.4
        assertThat(policy.path("ability").path("value").asDouble()).isEqualTo((0.8 + 0.9 + 0.4) / 3);
        assertThat(policy.path("ability").path("n").asLong()).isEqualTo(700 + 700 + 300);
        assertThat(policy.path("reward").path("value").asDouble()).isEqualTo(2.5);
        assertThat(policy.path("valid").path("n").asLong()).isEqualTo(300);
    }

    @Test
    void theTableIsComputedFromTheFiles() {
        run(AlignmentStage.DPO, Until.POLICIES);
        assertThat(output()).contains("on-ties: reward +1.50 for ability -0.133");
        assertThat(output()).containsPattern("sft +1\\.000 +0\\.833 +0\\.800 +0\\.900 +0\\.800");
    }

    private ExitCode run(AlignmentStage stage, Until until) {
        Options options = new Options(directory, stage, until, List.of());
        return new Quickstart(
                        options, this::complete, this::scores, new PrintStream(console, true, StandardCharsets.UTF_8))
                .run();
    }

    private SampledTests.Scores scores(Path model) {
        String run = model.getName(model.getNameCount() - 2).toString();
        sampled.add(run);
        return switch (run) {
            case "base" -> new SampledTests.Scores(0, 0, 300);
            case "sft" -> new SampledTests.Scores(1, 0.8, 300);
            default -> new SampledTests.Scores(2.5, 0.4, 300);
        };
    }

    private ExitCode complete(Path configuration) {
        String name = name(configuration);
        ran.add(name);
        Path run = directory.resolve(name);
        String tests = "{\"strict\":{\"value\":0.8,\"n\":700},\"raw\":{\"value\":0.9,\"n\":700}}";
        try {
            Files.createDirectories(run.resolve("model"));
            Files.writeString(run.resolve("model/config.json"), "{}");
            Files.writeString(run.resolve("result.json"), "{\"status\":\"done\"}");
            Files.writeString(
                    run.resolve("evaluation.json"),
                    "{\"models\":{\"base\":" + tests + ",\"sft\":" + tests + ",\"policy\":" + tests + "}}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ExitCode.DONE;
    }

    private static String name(Path configuration) {
        return configuration.getFileName().toString().replace(".conf", "");
    }

    private String output() {
        return console.toString(StandardCharsets.UTF_8);
    }
}
