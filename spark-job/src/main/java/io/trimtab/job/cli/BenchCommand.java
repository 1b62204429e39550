package io.trimtab.job.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Example;
import io.trimtab.data.TrainingStage;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.SetOptions;
import io.trimtab.job.metrics.ConsoleSink;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.train.Bench;
import io.trimtab.job.train.BenchPairs;
import io.trimtab.job.train.BenchRanks;
import io.trimtab.job.train.BenchReport;
import io.trimtab.job.train.BenchSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.Precision;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.engine.MatmulPeak;
import io.trimtab.model.weights.ModelFolder;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Our own speed. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains steps of the real loop in this process, and prints useful tokens per second with reference log-probs reused"
                    + " and with the pass that makes them, the share of each phase, matrix products over the peak that the"
                    + " same process reaches on 2048 x 2048 matrices, and peak memory. Changes no file.",
            "Useful tokens count a prompt once for each of its trained answers, whatever is computed."
        })
final class BenchCommand implements Callable<Integer> {
    private static final long SEED = 42;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(
            paramLabel = "MODEL",
            description = "A model folder, or a config.json alone, for random weights of its shape.")
    private Path model = Path.of("");

    @Option(names = "--stage", defaultValue = "dpo", description = "dpo or kto (default ${DEFAULT-VALUE}).")
    private TrainingStage stage = TrainingStage.DPO;

    @Option(
            names = "--precision",
            defaultValue = "fp32",
            description = "Number format of the computation, as model.precision (default ${DEFAULT-VALUE}).")
    private String precision = "fp32";

    @Option(
            names = "--device",
            defaultValue = "auto",
            description = "auto, cpu or cuda, as model.device (default ${DEFAULT-VALUE}).")
    private String device = "auto";

    @Option(
            names = "--activation-checkpointing",
            description = "Compute activations again in the backward pass, for less memory.")
    private boolean activationCheckpointing;

    @Option(
            names = "--rule",
            defaultValue = "on-dare",
            description = "Merge rule: none, on-dare, on-ties, childtuning or ema (default ${DEFAULT-VALUE}).")
    private String rule = "on-dare";

    @Option(
            names = "--rows",
            paramLabel = "FILE",
            description =
                    "Preference rows (JSON Lines or a JSON array, also .gz), in their order, with the tokens of the"
                            + " model's tokenizer; a config.json needs tokenizer.json beside it. Else rows of random ids.")
    private @Nullable Path rows;

    @Option(
            names = "--max-length",
            defaultValue = "512",
            description = "Longest sequence in tokens; longer rows are left out (default ${DEFAULT-VALUE}).")
    private int maxLength;

    @Option(names = "--pairs", defaultValue = "4", description = "Pairs per step (default ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--prompt-tokens",
            defaultValue = "129",
            description =
                    "Without --rows: average length of a prompt (default ${DEFAULT-VALUE}, that of harmless-base).")
    private int promptTokens;

    @Option(
            names = "--completion-tokens",
            defaultValue = "34",
            description = "Without --rows: average length of an answer (default ${DEFAULT-VALUE}).")
    private int completionTokens;

    @Option(
            names = "--micro-batch-tokens",
            defaultValue = "4096",
            description = "Packed tokens of one pass (default ${DEFAULT-VALUE}).")
    private int microBatchTokens;

    @Option(
            names = "--warm-up-steps",
            defaultValue = "2",
            description = "Steps before the measured ones (default ${DEFAULT-VALUE}).")
    private int warmUpSteps;

    @Option(names = "--steps", defaultValue = "8", description = "Measured steps (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--ranks",
            defaultValue = "1",
            description =
                    "Processes that share the steps, with the all-reduce between them (default ${DEFAULT-VALUE}).")
    private int ranks;

    @Option(names = "--threads", description = "Engine threads of a rank (default: cores divided by ranks).")
    private int threads;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of runs, over the options: training.stage, training.global-batch-size,"
                    + " training.micro-batch-tokens, model.precision, model.device, model.activation-checkpointing,"
                    + " merge.rule, data.max-length, cluster.ranks or cluster.threads-per-rank; others are ignored with"
                    + " a warning. May be repeated.")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--json", description = "Print one JSON object on standard output, progress on standard error.")
    private boolean json;

    @Option(names = "--rank", hidden = true)
    private int rank;

    @Spec
    private @Nullable CommandSpec spec;

    private final PrintStream out;
    private final PrintStream err;

    BenchCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        takeSettings();
        BenchSettings settings = settings();
        List<Example> examples = pairs(settings.pairs() * (settings.warmUpSteps() + settings.steps()));
        BenchReport report = run(settings, examples);
        if (rank == 0) {
            MatmulPeak peak = MatmulPeak.measure(
                    settings.policy().threads() * ranks, settings.policy().device());
            if (json) {
                out.println(JSON.writeValueAsString(report.toMap(peak)));
            } else {
                report.lines(peak).forEach(out::println);
            }
        }
        return ExitCode.DONE.code();
    }

    private void takeSettings() {
        Map<String, Consumer<String>> uses = Map.of(
                "training.stage", value -> stage = TrainingStage.valueOf(value.toUpperCase(Locale.ROOT)),
                "training.global-batch-size", value -> pairs = SetOptions.whole(value),
                "training.micro-batch-tokens", value -> microBatchTokens = SetOptions.whole(value),
                "model.precision", value -> precision = value,
                "model.device", value -> device = value,
                "model.activation-checkpointing", value -> activationCheckpointing = value.equals("on"),
                "merge.rule", value -> rule = value,
                "data.max-length", value -> maxLength = SetOptions.whole(value),
                "cluster.ranks", value -> ranks = SetOptions.whole(value),
                "cluster.threads-per-rank", value -> threads = SetOptions.whole(value));
        SetOptions.read(sets).give("bench", uses, rank == 0 ? err::println : warning -> {});
    }

    private BenchReport run(BenchSettings settings, List<Example> examples) {
        try (BenchRanks ring =
                        rank == 0 ? BenchRanks.start(ranks, Main.class, arguments()) : BenchRanks.join(rank, out);
                Policy policy = policy(settings.policy());
                ConsoleSink progress = progress(warmUpSteps + steps)) {
            return Bench.run(policy, ring.collective(), settings, examples, rank == 0 ? progress : MetricSink.NONE);
        }
    }

    private List<String> arguments() {
        return spec == null ? List.of() : spec.commandLine().getParseResult().originalArgs();
    }

    @SuppressWarnings("SystemConsoleNull") // from JDK 22 on a pipe gets the lines of a terminal, which does no harm
    private ConsoleSink progress(long totalSteps) {
        boolean terminal = System.console() != null;
        return new ConsoleSink(json ? err : out, terminal, totalSteps, Duration.ofSeconds(5), System::nanoTime);
    }

    private BenchSettings settings() {
        try {
            return new BenchSettings(
                    stage,
                    options(),
                    choice(MergeRuleName.class, "--rule", rule),
                    pairs,
                    warmUpSteps,
                    steps,
                    microBatchTokens);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private PolicyOptions options() {
        if (ranks < 1) {
            throw new RefusedException("A bench needs ranks of at least 1: " + ranks);
        }
        int each = threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / ranks);
        return PolicyOptions.training(each)
                .on(choice(DeviceChoice.class, "--device", device).device(Optional.empty()))
                .withPrecision(choice(Precision.class, "--precision", precision))
                .withActivationCheckpointing(activationCheckpointing);
    }

    /** A constant by the name that the configuration has for it. */
    private static <E extends Enum<E>> E choice(Class<E> type, String option, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> name(constant).equals(name))
                .findFirst()
                .orElseThrow(() -> new RefusedException("Cannot bench with " + option + " " + name + ": it is one of "
                        + String.join(
                                ", ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(BenchCommand::name)
                                        .toList())));
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private List<Example> pairs(int count) {
        ModelArchitecture architecture = architecture();
        int longest = Math.min(maxLength, architecture.maxPositions());
        if (rows != null) {
            return BenchPairs.read(rows, folder(), count, longest);
        }
        try {
            return BenchPairs.random(count, promptTokens, completionTokens, longest, architecture.vocabularySize());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private Path folder() {
        Path parent = model.toAbsolutePath().getParent();
        return Files.isRegularFile(model) && parent != null ? parent : model;
    }

    private ModelArchitecture architecture() {
        return ModelArchitecture.read(Files.isRegularFile(model) ? model : model.resolve("config.json"));
    }

    private Policy policy(PolicyOptions options) {
        if (Files.isRegularFile(model)) {
            return Policy.initialize(architecture(), SEED, options);
        }
        try (ModelFolder opened = ModelFolder.open(model)) {
            return Policy.load(opened, options);
        }
    }
}
