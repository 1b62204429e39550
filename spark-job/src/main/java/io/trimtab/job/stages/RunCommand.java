package io.trimtab.job.stages;

import io.trimtab.job.checkpoint.RunAttempt;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.checkpoint.RunResult;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.config.CancelledException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.RunChecks;
import io.trimtab.job.spark.SparkSessions;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.source.OpenTables;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out commands on run directories: takes the directory, checks what can be checked at once, runs the stages that are not finished
 * and writes result.json last. Reuses one Spark session; {@link #close} stops it.
 */
public final class RunCommand implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final PrintStream out;
    private final Cancellation cancellation;
    private final SessionHolder sessions = new SessionHolder();

    public RunCommand(PrintStream out, Cancellation cancellation) {
        this.out = out;
        this.cancellation = cancellation;
    }

    /** Never throws for what a user or a cluster did, and never exits. */
    public ExitCode execute(ResolvedConfig resolved, RunStage what) {
        return execute(resolved, Demand.MODELS, workplace -> {
            if (what != RunStage.REPORT) { // which reads the run directory alone
                requireInput(Demand.MODELS, workplace);
            }
            return new Stages(workplace).run(what);
        });
    }

    /** {@link RunStage#PREPARE} with options. */
    public ExitCode prepare(ResolvedConfig resolved, PrepareOptions options) {
        if (options.dryRun()) {
            return told(resolved, console -> dryRun(resolved, options, console));
        }
        return execute(resolved, Demand.TABLES, workplace -> {
            requireInput(Demand.TABLES, workplace);
            boolean worked = new Stages(workplace).run(RunStage.PREPARE);
            if (options.rendered() != null) {
                workplace.tables().render(absolute(options.rendered(), workplace.hadoop()));
            }
            return worked;
        });
    }

    private ExitCode execute(ResolvedConfig resolved, Demand demand, Predicate<Workplace> work) {
        return told(resolved, console -> owned(resolved, demand, work, console));
    }

    /** What a command works with, and so demands. */
    private enum Demand {
        /** Models with their weights, and executors that hold them. */
        MODELS,
        /** Rows, and of a model the tokenizer and config.json. */
        TABLES;

        /** The complete Spark configuration, or a refusal. */
        SparkConf conf(RunChecks checks, SparkConf base, Consumer<String> warnings) {
            return this == MODELS ? checks.preflight(base, warnings) : checks.preflightOfTables(base, warnings);
        }
    }

    /** Failures outside a run directory's ownership. Not logged: the log lies in the run directory, which another command owns or has left its results in. */
    private ExitCode told(ResolvedConfig resolved, Function<Console, ExitCode> work) {
        Console console = Console.of(out, resolved.settings().metrics().consoleInterval());
        cancellation.grace(resolved.settings().cluster().stopGrace());
        resolved.warnings().forEach(warning -> console.say("warning: " + warning));
        try {
            return work.apply(console);
        } catch (Exception | Error e) { // Scala declares no exception
            return told(e, console).exitCode();
        }
    }

    private ExitCode dryRun(ResolvedConfig resolved, PrepareOptions options, Console console) {
        SparkConf conf = SparkSessions.base(resolved.settings().cluster());
        HadoopSettings hadoop = HadoopSettings.of(conf);
        TrimtabConfig config = absolute(resolved.settings(), conf, hadoop);
        OpenTables opened = new OpenTables();
        Supplier<SparkSession> session =
                session(config, Demand.TABLES, conf, new RunChecks(config, hadoop, opened), console);
        String rendered = options.rendered();
        new DryRun(folder -> new Tables(config, folder, hadoop, session, opened, console), config.tablesDirectory())
                .run(rendered == null ? null : absolute(rendered, hadoop));
        return ExitCode.DONE;
    }

    private Supplier<SparkSession> session(
            TrimtabConfig config, Demand demand, SparkConf conf, RunChecks checks, Console console) {
        Supplier<SparkConf> checked =
                once(() -> readable(() -> demand.conf(checks, conf, line -> console.say("warning: " + line))));
        return () -> sessions.open(config.cluster(), checked.get(), cancellation, console);
    }

    private static SparkConf readable(Supplier<SparkConf> check) {
        try {
            return check.get();
        } catch (IllegalArgumentException e) {
            if (String.valueOf(e.getMessage()).startsWith("Illegal value for config key ")) {
                throw new RefusedException(
                        "Cannot start Spark: " + SparkFailures.firstLine(e)
                                + "; correct cluster.spark, or what spark-submit was given",
                        e);
            }
            throw e;
        }
    }

    private static String absolute(String file, HadoopSettings hadoop) {
        return new AbsolutePaths(Path.of("").toAbsolutePath(), hadoop.isLocalByDefault()).of(file);
    }

    private ExitCode owned(ResolvedConfig resolved, Demand demand, Predicate<Workplace> work, Console console) {
        SparkConf conf = SparkSessions.base(resolved.settings().cluster());
        HadoopSettings hadoop = HadoopSettings.of(conf);
        TrimtabConfig config = absolute(resolved.settings(), conf, hadoop);
        RunDirectory directory =
                RunDirectory.of(config.runDirectory(), config.tablesDirectory(), hadoop.configuration());
        String runId = Optional.ofNullable(config.runId())
                .orElseGet(() -> UUID.randomUUID().toString());
        try (RunAttempt attempt = RunAttempt.begin(directory, runId, resolved.identity(), RunConf.text(resolved))) {
            RunResult result = result(config, demand, conf, hadoop, attempt, work, console);
            attempt.finish(result);
            return result.exitCode();
        }
    }

    private RunResult result(
            TrimtabConfig config,
            Demand demand,
            SparkConf conf,
            HadoopSettings hadoop,
            RunAttempt attempt,
            Predicate<Workplace> work,
            Console console) {
        try {
            OpenTables opened = new OpenTables();
            RunChecks checks = new RunChecks(config, hadoop, opened);
            Workplace workplace = new Workplace(
                    config,
                    attempt,
                    RunState.read(attempt.directory()),
                    hadoop,
                    session(config, demand, conf, checks, console),
                    opened,
                    cancellation,
                    console);
            if (!work.test(workplace)) {
                console.say("done before: " + Shown.path(attempt.directory().root()));
            }
            return RunResult.done(outputs(attempt.directory()));
        } catch (Exception | Error e) { // Scala declares no exception
            return ended(e, console, attempt.directory());
        }
    }

    /** A finished run is reported on, exported and measured without its training table. */
    private static void requireInput(Demand demand, Workplace workplace) {
        RunChecks checks = new RunChecks(workplace.config(), workplace.hadoop(), workplace.opened());
        String tokenizer = checks.tokenizerFingerprint();
        workplace.attempt().requireInput("tokenizer", tokenizer);
        if (demand == Demand.MODELS) {
            workplace.attempt().requireInput("models", checks.modelFingerprint(tokenizer));
        }
        boolean needed = !new TrainStage(workplace).isDone();
        checks.tableFingerprint(needed, workplace.session())
                .ifPresentOrElse(
                        table -> workplace.attempt().requireInput("table", table),
                        () -> workplace
                                .console()
                                .say("warning: "
                                        + workplace.config().data().train().name()
                                        + " is not there any more; what was trained on it stays as it is"));
    }

    /** Every stage asks for Spark; a command checks the cluster, and warns of it, at the first time. */
    private static Supplier<SparkConf> once(Supplier<SparkConf> check) {
        AtomicReference<@Nullable SparkConf> checked = new AtomicReference<>();
        return () -> {
            SparkConf known = checked.get();
            if (known == null) {
                known = check.get();
                checked.set(known);
            }
            return known;
        };
    }

    private RunResult ended(Throwable failure, Console console, RunDirectory directory) {
        Failure told = told(failure, console);
        LOG.error("Ended with exit code {}", told.exitCode().code(), failure);
        try {
            return new RunResult(told.exitCode(), told.message(), outputs(directory));
        } catch (RuntimeException unreadable) {
            // Must not hide what went wrong first.
            LOG.warn("Cannot list the outputs", unreadable);
            return RunResult.of(told.exitCode(), told.message());
        }
    }

    private Failure told(Throwable failure, Console console) {
        boolean stopped = cancellation.requested() && !(failure instanceof CancelledException);
        Failure told = Failure.of(stopped ? Cancellation.stopped() : failure);
        console.say(told.message());
        if (told.exitCode() == ExitCode.BUG) {
            failure.printStackTrace(out);
        }
        return told;
    }

    /** Without a cluster driver's own working directory relative paths would have no meaning; there they are left to Hadoop. */
    private static TrimtabConfig absolute(TrimtabConfig config, SparkConf conf, HadoopSettings hadoop) {
        if ("cluster".equals(conf.get("spark.submit.deployMode", "client"))) {
            return config;
        }
        return new AbsolutePaths(Path.of("").toAbsolutePath(), hadoop.isLocalByDefault()).of(config);
    }

    private static Map<String, String> outputs(RunDirectory directory) {
        Map<String, String> outputs = new LinkedHashMap<>();
        Map<String, org.apache.hadoop.fs.Path> candidates = new LinkedHashMap<>();
        candidates.put("model", directory.model());
        candidates.put("metrics", directory.metrics());
        candidates.put("tensorboard", directory.tensorboard());
        candidates.put("data_report", directory.dataReport());
        candidates.put("quarantine", directory.quarantine());
        candidates.put("evaluation", directory.evaluation());
        candidates.put("report", directory.report());
        candidates.forEach((name, path) -> {
            if (directory.storage().exists(path)) {
                outputs.put(name, Shown.path(path));
            }
        });
        return outputs;
    }

    @Override
    public void close() {
        sessions.close();
    }
}
