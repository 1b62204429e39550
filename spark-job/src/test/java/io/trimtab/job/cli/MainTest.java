package io.trimtab.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.quickstart.AlignmentStage;
import io.trimtab.job.quickstart.Quickstart;
import io.trimtab.job.stages.PrepareOptions;
import io.trimtab.job.stages.RunStage;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.WeightType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private static final String LOG_FOLDER = "trimtab.log.dir";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> ran = new ArrayList<>();
    private final List<PrepareOptions> prepared = new ArrayList<>();
    private final List<Quickstart.Options> demonstrated = new ArrayList<>();
    private RuntimeException failure = new IllegalStateException("no failure");
    private ExitCode ends = ExitCode.DONE;

    private String file = "";

    @BeforeEach
    void writeConfig() throws IOException {
        Path path = folder.resolve("dpo.conf");
        Files.writeString(
                path,
                "trimtab { run-directory = \"" + folder.resolve("run")
                        + "\", model { policy = sft, base = pretrained }, data.train.path = pairs.jsonl }");
        file = path.toString();
    }

    @AfterEach
    void forgetLogFolder() {
        System.clearProperty(LOG_FOLDER);
    }

    @ParameterizedTest
    @CsvSource({
        "run, ALL",
        "prepare, PREPARE",
        "score, SCORE",
        "train, TRAIN",
        "evaluate, EVALUATE",
        "export, EXPORT",
        "report, REPORT"
    })
    void commandRunsItsStageWithTheConfiguration(String command, RunStage stage) {
        assertThat(execute(command, file, "--set", "training.seed=7", "--set=trimtab.merge.rule=none"))
                .isZero();

        assertThat(ran).containsExactly(stage + " seed 7 rule NONE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DONE", "BUG", "REFUSED", "CLUSTER", "DIVERGED", "CANCELLED"})
    void commandEndsWithTheCodeOfItsWork(ExitCode code) {
        ends = code;

        assertThat(execute("run", file)).isEqualTo(code.code());
    }

    @Test
    void logsGoToTheRunDirectoryFromTheStart() {
        execute("run", file);

        assertThat(System.getProperty(LOG_FOLDER))
                .isEqualTo(folder.resolve("run/logs").toString());
    }

    @Test
    void badConfigurationIsRefusedWithoutAStackTrace() {
        assertThat(execute("run", file, "--set", "merge.alpha=2", "--set", "merge.densty=1"))
                .isEqualTo(2);

        assertThat(ran).isEmpty();
        assertThat(text(err))
                .startsWith("trimtab: The configuration cannot be used, 2 problems:")
                .contains("trimtab.merge.densty: unknown key, did you mean 'trimtab.merge.density'?")
                .contains("trimtab.merge.alpha = 2: must be a number in [0, 1]")
                .doesNotContain("\tat ");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void failureOfTheClusterEndsWithItsCodeAndOneMessage() {
        failure = new ClusterException("Cannot get 2 executors within 10 m");
        ends = ExitCode.CLUSTER;

        assertThat(executeFailing("run", file)).isEqualTo(3);
        assertThat(text(err)).isEqualTo("trimtab: Cannot get 2 executors within 10 m\n");
    }

    @Test
    void bugShowsWhereItCameFrom() {
        failure = new IllegalStateException("impossible");

        assertThat(executeFailing("run", file)).isEqualTo(1);
        assertThat(text(err))
                .startsWith("trimtab: IllegalStateException: impossible\n")
                .contains("\tat ");
    }

    @Test
    void fullMemoryIsNoSignal() {
        Works full = new Works(
                (config, stage) -> {
                    throw new OutOfMemoryError("Java heap space");
                },
                (config, options) -> ends,
                options -> ends,
                (merge, sets, output, threads) -> ends);

        assertThat(Main.execute(full, print(out), print(err), "run", file)).isEqualTo(1);
        assertThat(text(err)).startsWith("trimtab: OutOfMemoryError: Java heap space\n");
    }

    @Test
    void stackTraceOfARefusalIsShownOnRequest() {
        failure = new RefusedException("no");

        assertThat(executeFailing("run", file, "--stacktrace")).isEqualTo(2);
        assertThat(text(err)).startsWith("trimtab: no\n").contains("\tat ");
    }

    @Test
    void configPrintsEveryValueWithItsOrigin() {
        assertThat(execute("config", file, "--set", "loss.desirable-weight=2")).isZero();

        assertThat(text(out))
                .containsPattern("trimtab.model.base = pretrained +# .*dpo.conf: 1\n")
                .containsPattern("trimtab.data.max-length = 1024 +# default\n");
        assertThat(text(err)).startsWith("warning: Ignored: trimtab.loss.desirable-weight (--set; only loss kto");
        assertThat(ran).isEmpty();
    }

    @Test
    void quickstartTakesItsOptions() {
        assertThat(execute("quickstart")).isZero();
        assertThat(execute("quickstart", "--stage", "kto", "--directory", folder.toString(), "--until", "base"))
                .isZero();

        assertThat(demonstrated)
                .containsExactly(
                        new Quickstart.Options(
                                Path.of("quickstart"), AlignmentStage.DPO, Quickstart.Until.POLICIES, List.of()),
                        new Quickstart.Options(folder, AlignmentStage.KTO, Quickstart.Until.BASE, List.of()));
    }

    @Test
    void prepareMayOnlyLookOrWriteOutTheText() {
        assertThat(execute("prepare", file)).isZero();
        assertThat(execute("prepare", file, "--dry-run")).isZero();
        assertThat(execute("prepare", file, "--rendered", "rows.jsonl")).isZero();

        assertThat(prepared)
                .containsExactly(
                        new PrepareOptions(false, null),
                        new PrepareOptions(true, null),
                        new PrepareOptions(false, "rows.jsonl"));
        assertThat(execute("train", file, "--dry-run")).isEqualTo(2);
    }

    @Test
    void mergeTakesItsFileAndItsFolder() {
        assertThat(execute("merge", "ties.yml", "--output", "merged", "--threads=3", "--set", "dtype=float16"))
                .isZero();

        assertThat(ran).containsExactly("merge ties.yml[dtype=float16] to merged by 3");
    }

    @Test
    void mergeWithoutAFolderIsRefused() {
        assertThat(execute("merge", "ties.yml")).isEqualTo(2);
        assertThat(text(err)).contains("--output");
        assertThat(execute("merge", "ties.yml", "--output", "merged", "--threads=0"))
                .isEqualTo(2);
        assertThat(text(err)).contains("--threads must be at least 1 (0)");
    }

    @Test
    void everyCommandTakesSettings() {
        Map<String, String> arguments = Map.of(
                "quickstart",
                "--directory " + folder.resolve("quickstart"),
                "generate",
                "--model " + folder + " --prompt a",
                "bench",
                folder.toString(),
                "merge",
                "ties.yml --output merged");
        for (String command : Main.commandLine(works(), print(out), print(err))
                .getSubcommands()
                .keySet()) {
            err.reset();
            String line = command + " " + arguments.getOrDefault(command, file) + " --set merge.alpha=2";
            if (command.equals("merge")) {
                line = "merge ties.yml --output merged --set dtype=float16";
                assertThat(execute(line.split(" "))).isZero();
            } else {
                assertThat(execute(line.split(" "))).as(command).isEqualTo(2);
                assertThat(text(err)).contains("--set: trimtab.merge.alpha = 2: must be a number in [0, 1]");
            }
        }
    }

    @Test
    void settingsWithoutUseAreNamed() {
        String[] generate = {"generate", "--model", folder.toString(), "--prompt", "a", "--max-new-tokens=0"};

        assertThat(execute(with(generate, "training.max-steps=20", "trimtab.cluster.threads-per-rank=3")))
                .isEqualTo(2);
        assertThat(text(err))
                .startsWith("warning: Ignored: trimtab.training.max-steps (--set; generate does not use it)\n")
                .contains("--threads (3)");
        err.reset();
        assertThat(execute(with(new String[] {"bench", folder.toString()}, "training.epochs=2", "training.stage=sft")))
                .isEqualTo(2);
        assertThat(text(err)).isEqualTo("""
                        warning: Ignored: trimtab.training.epochs (--set; bench does not use it)
                        trimtab: A bench trains dpo or kto, not sft
                        """);
    }

    @Test
    void quickstartSetsWhatItsRunsHaveInCommon() {
        String[] quickstart = {"quickstart", "--directory", folder.toString()};

        assertThat(execute(with(quickstart, "cluster.ranks=1", "training.max-steps=20")))
                .isZero();
        assertThat(demonstrated)
                .singleElement()
                .extracting(Quickstart.Options::settings)
                .isEqualTo(List.of("trimtab.cluster.ranks = \"1\"", "trimtab.training.max-steps = \"20\""));
        assertThat(execute(with(quickstart, "training.stage=kto"))).isEqualTo(2);
        assertThat(text(err))
                .contains("Cannot set training.stage in the quickstart")
                .contains("--stage");
    }

    private static String[] with(String[] arguments, String... sets) {
        return Stream.concat(Stream.of(arguments), Stream.of(sets).map(set -> "--set=" + set))
                .toArray(String[]::new);
    }

    @Test
    void generationOutOfRangeIsRefused() {
        assertThat(execute("generate", "--model", folder.toString(), "--prompt", "a", "--max-new-tokens", "0"))
                .isEqualTo(2);
        assertThat(text(err)).contains("--max-new-tokens (0)");
    }

    @Test
    void generationTellsWhichTensorsItLeavesOut() throws IOException {
        assertThat(execute("generate", "--model", modelOfTooManyLayers(), "--prompt=a b", "--max-new-tokens=2"))
                .as(text(err))
                .isZero();

        assertThat(text(err))
                .startsWith("warning: the model of " + folder.resolve("model") + " is used without 9 tensors");
        assertThat(text(out)).doesNotContain("warning");
    }

    @Test
    void aPromptWithATokenBeyondTheModelsWordsIsRefused() throws IOException {
        String model = modelOfTooManyLayers();

        assertThat(execute("generate", "--model", model, "--prompt=a", "--prompt=b added"))
                .isEqualTo(2);

        assertThat(text(err))
                .contains("Cannot continue --prompt number 2: it has a token with id 64, and vocab_size in the model's"
                        + " config.json is 64")
                .doesNotContain("\tat ");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void benchMeasuresRandomWeightsOfAShape() throws IOException {

        assertThat(execute(
                        "bench",
                        shape().toString(),
                        "--pairs=2",
                        "--prompt-tokens=4",
                        "--completion-tokens=4",
                        "--warm-up-steps=0",
                        "--steps=1"))
                .as(text(err))
                .isZero();
        assertThat(text(out)).contains("useful tok/s").contains("forward").contains("merge");
    }

    /** A scheduler asks with SIGTERM, which would give 143 by itself. */
    @Test
    void aSignalEndsEveryCommandWithTheContractsCode() throws Exception {
        Process bench = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "bench",
                        shape().toString(),
                        "--prompt-tokens=4",
                        "--completion-tokens=4",
                        "--steps=20000")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var said = bench.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isNotNull();

            bench.destroy();

            assertThat(bench.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(bench.exitValue()).isEqualTo(130);
        } finally {
            bench.destroyForcibly();
        }
    }

    @Test
    void aPromptThatBeginsWithAnAtIsNoFileOfArguments() throws IOException {
        Path file = Files.writeString(folder.resolve("arguments"), "--help");

        assertThat(execute("generate", "--model=x", "--max-new-tokens=0", "--prompt", "@" + file))
                .isEqualTo(2);
        assertThat(text(err)).contains("--max-new-tokens (0)");
    }

    @Test
    void benchOutOfRangeIsRefused() {
        assertThat(execute("bench", folder.toString(), "--steps=0")).isEqualTo(2);
        assertThat(text(err)).isEqualTo("trimtab: A bench needs steps of at least 1: 0\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'', Usage: trimtab",
        "run, Usage: trimtab run",
        "generate --model x, Usage: trimtab generate",
        "quickstart --stage ppo, Usage: trimtab quickstart",
        "rum, Did you mean: trimtab run?",
        "run --sett x, Possible solutions: --set",
    })
    void argumentsThatMakeNoSenseAreRefusedWithHelp(String arguments, String help) {
        assertThat(execute(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
        assertThat(text(err)).contains(help);
    }

    @Test
    void everyCommandExplainsItself() {
        for (String command : Main.commandLine(works(), print(out), print(err))
                .getSubcommands()
                .keySet()) {
            out.reset();
            assertThat(execute(command, "--help")).isZero();
            assertThat(text(out)).startsWith("Usage: trimtab " + command);
        }
        assertThat(execute("--version")).isZero();
        assertThat(text(out)).contains("Trimtab ");
    }

    /** The config.json of a very small model. */
    private Path shape() throws IOException {
        return Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 64, "hidden_size": 16,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 32,
                 "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
                """);
    }

    /** Two layers of weights, of which config.json names one, and 65 words, of which its embedding has 64. */
    private String modelOfTooManyLayers() throws IOException {
        Path shape = shape();
        String one = Files.readString(shape);
        Files.writeString(shape, one.replace("\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2"));
        Path model = folder.resolve("model");
        ModelWriter.write(
                model,
                folder,
                WeightType.F32,
                (tensor, offset, target, at, length) -> Arrays.fill(target, at, at + length, 0.5f));
        Files.writeString(model.resolve("config.json"), one);
        String words = IntStream.range(2, 64)
                .mapToObj(id -> ", \"w" + id + "\": " + id)
                .collect(Collectors.joining("", "{\"a\": 0, \"b\": 1", "}"));
        Files.writeString(model.resolve("tokenizer.json"), """
                {"version": "1.0", "pre_tokenizer": {"type": "WhitespaceSplit"},
                 "added_tokens": [{"id": 64, "content": "added", "single_word": false, "lstrip": false, "rstrip": false,
                                   "normalized": false, "special": true}],
                 "model": {"type": "WordLevel", "unk_token": "a", "vocab": %s}}
                """.formatted(words));
        return model.toString();
    }

    private int execute(String... arguments) {
        return Main.execute(works(), print(out), print(err), arguments);
    }

    private int executeFailing(String... arguments) {
        Works failing = new Works(
                (config, stage) -> {
                    throw failure;
                },
                (config, options) -> {
                    throw failure;
                },
                options -> ends,
                (file, sets, output, threads) -> ends);
        return Main.execute(failing, print(out), print(err), arguments);
    }

    private Works works() {
        return new Works(
                this::run,
                this::prepare,
                options -> {
                    demonstrated.add(options);
                    return ends;
                },
                (merge, sets, output, threads) -> {
                    ran.add("merge " + merge + sets + " to " + output + " by " + threads);
                    return ends;
                });
    }

    private ExitCode prepare(ResolvedConfig config, PrepareOptions options) {
        prepared.add(options);
        return run(config, RunStage.PREPARE);
    }

    private ExitCode run(ResolvedConfig config, RunStage stage) {
        ran.add(stage + " seed " + config.settings().training().seed() + " rule "
                + config.settings().merge().rule());
        return ends;
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
