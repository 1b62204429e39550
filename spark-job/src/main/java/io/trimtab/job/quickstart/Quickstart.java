package io.trimtab.job.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.job.checkpoint.RunAttempt;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.checkpoint.RunResult;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.Identity;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.report.RunRecord;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.job.stages.RunCommand;
import io.trimtab.job.stages.RunStage;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/**
 * The demonstration from start to end: world, base, SFT, three policies, their sampled tests, table and pages. What is finished is not
 * done again; a run that was interrupted goes on by itself, like any other.
 */
public final class Quickstart {
    private static final long WORLD_SEED = 0;

    private final Options options;
    private final QuickstartPlan plan;
    private final QuickstartPages pages;
    private final Runs commands;
    private final PrintStream console;
    private final Function<Path, SampledTests.Scores> sampler;
    private final Map<Path, SampledTests.Scores> sampled = new LinkedHashMap<>();

    /** Where the demonstration ends. */
    public enum Until {
        WORLD,
        BASE,
        SFT,
        POLICIES
    }

    /**
     * What the command line says.
     *
     * @param settings lines of HOCON over those of every run
     */
    public record Options(Path directory, AlignmentStage stage, Until until, List<String> settings) {
        public Options {
            settings = List.copyOf(settings);
        }
    }

    /** Carries out {@code trimtab run} on a configuration file. */
    interface Runs {
        ExitCode carryOut(Path configuration);
    }

    /** @param sampler the sampled tests of the model in a folder; asked once per model */
    Quickstart(Options options, Runs commands, Function<Path, SampledTests.Scores> sampler, PrintStream console) {
        this.options = options;
        this.plan = new QuickstartPlan(options.directory(), options.settings());
        this.pages = new QuickstartPages(options.directory());
        this.commands = commands;
        this.sampler = sampler;
        this.console = console;
    }

    /** In one Spark session, which is opened when the first run needs it. */
    public static ExitCode run(Options options, PrintStream console, Cancellation cancellation) {
        WorldFolder world = new QuickstartPlan(options.directory(), List.of()).world();
        try (RunCommand command = new RunCommand(console, cancellation)) {
            Runs runs = configuration ->
                    command.execute(ResolvedConfig.load(List.of(configuration), List.of()), RunStage.ALL);
            Function<Path, SampledTests.Scores> sampler = model -> {
                cancellation.throwIfRequested();
                return new SampledTests(world).of(model);
            };
            return new Quickstart(options, runs, sampler, console).run();
        }
    }

    ExitCode run() {
        long start = System.nanoTime();
        boolean worked = makeWorld();
        for (QuickstartRun run : runs()) {
            if (isFinished(run)) {
                console.println(run.name() + ": done before");
                continue;
            }
            worked = true;
            ExitCode code = carryOut(run);
            if (code != ExitCode.DONE) {
                return code;
            }
        }
        if (options.until() == Until.POLICIES) {
            summarize(worked);
        }
        console.println(
                worked
                        ? "quickstart: done in " + seconds(start)
                        : "quickstart: everything was done before; delete " + options.directory() + " to start again");
        return ExitCode.DONE;
    }

    private boolean makeWorld() {
        if (plan.world().isComplete(WORLD_SEED)) {
            return false;
        }
        long start = System.nanoTime();
        Path folder = options.directory().resolve("world");
        String tables = options.directory().resolve("tables").toString();
        RunDirectory directory = RunDirectory.of(folder.toString(), tables, new Configuration());
        String seed = Long.toString(WORLD_SEED);
        try (RunAttempt attempt = RunAttempt.begin(
                directory,
                "world",
                new Identity(Map.of("world.seed", seed)),
                "# The synthetic world of seed " + seed + "\n")) {
            WorldFolder written = WorldFolder.write(folder, WORLD_SEED);
            attempt.finish(RunResult.done(Map.of("manifest", written.manifest().toString())));
        }
        console.println("world: written to " + folder + " in " + seconds(start));
        return true;
    }

    private List<QuickstartRun> runs() {
        List<QuickstartRun> runs = new ArrayList<>();
        if (options.until().compareTo(Until.BASE) >= 0) {
            runs.add(plan.base());
        }
        if (options.until().compareTo(Until.SFT) >= 0) {
            runs.add(plan.sft());
        }
        if (options.until().compareTo(Until.POLICIES) >= 0) {
            runs.addAll(plan.policies(options.stage()));
        }
        return runs;
    }

    /** Done, with these very settings; anything else is left to the command, which continues or refuses. */
    private boolean isFinished(QuickstartRun run) {
        Path configuration = configuration(run);
        try {
            if (!Files.exists(configuration) || !Files.readString(configuration).equals(run.configuration())) {
                return false;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + configuration, e);
        }
        JsonNode result = pages.read(run.name()).result();
        return result.path("status").asText().equals("done")
                && Files.exists(plan.model(run.name()).resolve("config.json"))
                && (!isPolicy(run) || evaluation(run).isComplete());
    }

    private ExitCode carryOut(QuickstartRun run) {
        long start = System.nanoTime();
        console.println();
        console.println(run.name() + ": " + run.description());
        write(configuration(run), run.configuration());
        ExitCode code = commands.carryOut(configuration(run));
        if (code != ExitCode.DONE) {
            return code;
        }
        if (isPolicy(run)) {
            Map<String, SampledTests.Scores> scores = new LinkedHashMap<>();
            scores.put("base", sampledTests(plan.model("base")));
            scores.put("sft", sampledTests(plan.model("sft")));
            scores.put("policy", sampledTests(plan.model(run.name())));
            evaluation(run).add(scores);
            pages.writeRun(run.name());
        }
        console.println(run.name() + ": done in " + seconds(start));
        return ExitCode.DONE;
    }

    private SampledTests.Scores sampledTests(Path model) {
        return sampled.computeIfAbsent(model, sampler);
    }

    private void summarize(boolean worked) {
        List<QuickstartRun> runs = plan.policies(options.stage());
        List<ResultTable.Row> rows = new ArrayList<>();
        for (QuickstartRun run : runs) {
            RunRecord record = pages.read(run.name());
            rows.add(new ResultTable.Row(run.name(), run.description(), record.evaluation()));
        }
        Path page = options.directory().resolve(options.stage().prefix() + "report.html");
        if (worked || !Files.exists(page)) {
            page = pages.writeComparison(options.stage(), runs);
        }
        console.println();
        console.print(ResultTable.text(rows));
        console.println();
        console.println("page with the curves   " + page);
        console.println("models                 " + options.directory() + "/{base,sft,"
                + String.join(",", runs.stream().map(QuickstartRun::name).toList()) + "}/model");
        console.println("run one of them alone  trimtab run " + configuration(runs.get(runs.size() - 1)));
    }

    private boolean isPolicy(QuickstartRun run) {
        return plan.policies(options.stage()).contains(run);
    }

    private EvaluationFile evaluation(QuickstartRun run) {
        return new EvaluationFile(options.directory().resolve(run.name()));
    }

    private Path configuration(QuickstartRun run) {
        return options.directory().resolve("conf").resolve(run.name() + ".conf");
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private static String seconds(long startNanos) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - startNanos) / 1e9);
    }
}
