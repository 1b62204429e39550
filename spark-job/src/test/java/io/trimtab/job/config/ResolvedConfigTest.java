package io.trimtab.job.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.PairPolicy;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.data.rows.RowShape;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.merge.depth.Gradient;
import io.trimtab.merge.scope.MergeScope;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.merge.scope.TensorPattern;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.DecayPlace;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.EpsilonPlacement;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.settings.ScheduleName;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.settings.TauMask;
import io.trimtab.merge.settings.Vote;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.model.Precision;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.weights.WeightType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvedConfigTest {
    private static final EmaSettings EMA = new EmaSettings(0.999, EmaSettings.Export.AVERAGE);

    private static final String SMALLEST =
            "trimtab { model { policy = sft, base = pretrained }, data.train.path = pairs.jsonl }";

    @TempDir
    private Path folder;

    @Test
    void defaultsAreTheContracts() {
        TrimtabConfig config = load(SMALLEST).settings();

        assertThat(config)
                .isEqualTo(new TrimtabConfig(
                        "runs/trimtab",
                        null,
                        "runs/trimtab/tables",
                        new ModelSettings(
                                "sft",
                                "pretrained",
                                "sft",
                                null,
                                Precision.FP32,
                                ActivationCheckpointing.AUTO,
                                DeviceChoice.AUTO),
                        new DataSettings(
                                new DataSource(DataFormat.JSON, "pairs.jsonl", Map.of()),
                                BatchOrder.SHUFFLED,
                                new TextSettings(1024, OverLength.DROP, true, null),
                                0.1),
                        new LossSettings("sigmoid", 0.1, 0, 1, 1),
                        new OptimizerSettings(
                                new AdamWSettings(1e-6, 0.9, 0.999, 1e-8, 0, 1), ScheduleName.LINEAR, 0, 0),
                        new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.01, 1e-7, 42).with(EMA),
                        new TrainingSettings(TrainingStage.DPO, 64, 4096, 1, -1, 42),
                        new ClusterSettings(
                                2,
                                3,
                                Duration.ofMinutes(10),
                                null,
                                0,
                                Duration.ofMinutes(15),
                                Duration.ofMinutes(10),
                                Duration.ofSeconds(60),
                                null,
                                Map.of()),
                        new CheckpointSettings(0, 10, 2, null),
                        new EvaluationSettings(0, null, List.of()),
                        new MetricsSettings(Duration.ofSeconds(10), true)));
    }

    @Test
    void everyKeyReachesItsSetting() {
        TrimtabConfig config = load("""
                        trimtab {
                          run-directory = "hdfs://lake/runs/a", run-id = nightly-7, tables-directory = shared
                          model { policy = p, base = b, reference = r, activation-checkpointing = true, precision = bf16, device = cuda }
                          data {
                            train { format = parquet, path = "s3a://bucket/pairs", columns { prompt = question, kl_completion = other },
                                    shape = scores }
                            pairs = all, score-margin = 0.5, score-threshold = -2
                            order = length-grouped, max-length = 77, over-length = truncate-prompt-start, append-eos = false
                            chat-template = "{{ x }}", max-rejected-share = 0.25
                          }
                          loss { name = kto, beta = 0.3, desirable-weight = 1.5, undesirable-weight = 0.5 }
                          optimizer {
                            learning-rate = 5e-7, beta1 = 0.8, beta2 = 0.95, epsilon = 1e-4, weight-decay = 0.01
                            max-gradient-norm = 0, schedule = cosine, warmup-steps = 12, min-learning-rate-ratio = 0.1
                            decay-exclude = [ ".*norm.*" ]
                          }
                          merge {
                            rule = on-ties, semantics = paper, density = [0.2, 0.4], alpha = [0.01], interval = 1, seed = 9
                            alpha-schedule = cosine, alpha-warmup-steps = 3, min-alpha-ratio = 0.5
                            include-tensors = [ "model.*", lm_head.weight ], exclude-tensors = "model\\\\.embed.*"
                          }
                          training { stage = kto, global-batch-size = 3, micro-batch-tokens = 100, epochs = 4, max-steps = 50, seed = -5 }
                          cluster {
                            ranks = 5, max-restarts = 0, executor-wait = 90s, local-directory = "/scratch", threads-per-rank = 2
                            barrier-timeout = 1m, idle-timeout = 2m, stop-grace = 5s, port-range = "40000-40010"
                            spark { spark.executor.memory = 4g, "spark.locality.wait" = 1s, spark.locality.wait.node = 0 }
                          }
                          checkpoint { every-steps = 10, every-minutes = 0.5, keep-last = 1, export-precision = bf16 }
                          evaluation {
                            every-steps = 5, data { path = held-out.jsonl, columns { id = key } }
                            tests = [ { name = sums, kind = exact-match, path = sums.jsonl } ]
                          }
                          metrics { console-interval = 1s, tensorboard = false }
                        }
                        """).settings();

        assertThat(config)
                .isEqualTo(new TrimtabConfig(
                        "hdfs://lake/runs/a",
                        "nightly-7",
                        "shared",
                        new ModelSettings(
                                "p", "b", "r", null, Precision.BF16, ActivationCheckpointing.ON, DeviceChoice.CUDA),
                        new DataSettings(
                                new DataSource(
                                        DataFormat.PARQUET,
                                        "s3a://bucket/pairs",
                                        null,
                                        null,
                                        Map.of(),
                                        Map.of("prompt", "question", "kl_completion", "other"),
                                        new RowSettings(RowShape.SCORES, PairPolicy.ALL, 0.5, -2.0)),
                                BatchOrder.LENGTH_GROUPED,
                                new TextSettings(77, OverLength.TRUNCATE_PROMPT_START, false, "{{ x }}"),
                                0.25),
                        new LossSettings("kto", 0.3, 0, 1.5, 0.5),
                        new OptimizerSettings(
                                new AdamWSettings(
                                        5e-7,
                                        0.8,
                                        0.95,
                                        1e-4,
                                        0.01,
                                        0,
                                        TensorFilter.allBut(List.of(new TensorPattern(".*norm.*", "anywhere")))),
                                ScheduleName.COSINE,
                                12,
                                0.1),
                        new MergeSettings(MergeRuleName.ON_TIES, Semantics.PAPER, 0.2, 0.01, 9)
                                .with(EMA)
                                .with(new MergeScope(
                                        new TensorFilter(
                                                List.of(
                                                        new TensorPattern("model.*", "anywhere"),
                                                        new TensorPattern("lm_head.weight", "anywhere")),
                                                List.of(new TensorPattern("model\\.embed.*", "anywhere"))),
                                        new Gradient(List.of(0.2, 0.4)),
                                        Gradient.of(0.01)))
                                .with(new AlphaSchedule(AlphaSchedule.Name.COSINE, 3, 0.5)),
                        new TrainingSettings(TrainingStage.KTO, 3, 100, 4, 50, -5),
                        new ClusterSettings(
                                5,
                                0,
                                Duration.ofSeconds(90),
                                "/scratch",
                                2,
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(2),
                                Duration.ofSeconds(5),
                                new PortRange(40000, 40010),
                                Map.of(
                                        "spark.executor.memory", "4g",
                                        "spark.locality.wait", "1s",
                                        "spark.locality.wait.node", "0")),
                        new CheckpointSettings(10, 0.5, 1, WeightType.BF16),
                        new EvaluationSettings(
                                5,
                                new DataSource(
                                        DataFormat.JSON,
                                        "held-out.jsonl",
                                        null,
                                        null,
                                        Map.of(),
                                        Map.of("id", "key"),
                                        new RowSettings(null, PairPolicy.ALL, 0.5, -2.0)),
                                List.of(new EvaluationTest("sums", EvaluationTest.Kind.EXACT_MATCH, "sums.jsonl"))),
                        new MetricsSettings(Duration.ofSeconds(1), false)));
    }

    @Test
    void anOptionMayEmptySparksGroup() {
        String file = SMALLEST + "\ntrimtab.cluster.spark { spark.executor.memory = 4g }";

        assertThat(load(file, "cluster.spark={}").settings().cluster().spark()).isEmpty();
        assertThat(load(file, "trimtab.cluster={ ranks = 3 }")
                        .settings()
                        .cluster()
                        .ranks())
                .isEqualTo(3);
    }

    @Test
    void aTextThatLooksLikeANumberKeepsItsDigits() {
        ResolvedConfig config = load(SMALLEST
                + "\ntrimtab { run-id = 202611271305001234567890123, model.base = 007, data.train.columns.id = 01 }");

        assertThat(config.settings().runId()).isEqualTo("202611271305001234567890123");
        assertThat(config.settings().model().base()).isEqualTo("007");
        assertThat(config.settings().data().train().columns()).containsEntry("id", "01");
    }

    /** Whichever way a file spells a name of Spark's, an option of that name replaces it, and takes away no other. */
    @Test
    void optionsForSparkStandOverTheFileByTheirWholeName() throws IOException {
        String file = SMALLEST + """

                trimtab.cluster.spark {
                  spark.executor.memory = 4g, "spark.ui.port" = 1, spark.authenticate.secret = abc, spark.cores.max = 3
                }
                """;

        ResolvedConfig config = load(
                file,
                "cluster.spark.spark.executor.memory=2g",
                "cluster.spark.spark.ui.port=2",
                "trimtab.cluster.spark.spark.authenticate=true",
                "cluster.spark.spark.cores.max=null");

        assertThat(config.settings().cluster().spark())
                .isEqualTo(Map.of(
                        "spark.executor.memory", "2g",
                        "spark.ui.port", "2",
                        "spark.authenticate", "true",
                        "spark.authenticate.secret", "abc"));
    }

    @Test
    void settingsTravelThroughSerialisation() throws IOException, ClassNotFoundException {
        TrimtabConfig config = load(SMALLEST, "cluster.spark.spark.ui.enabled=false", "data.train.columns.id=key")
                .settings();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(config);
        }

        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(config);
        }
    }

    @Test
    void optionsWinOverFilesWithOrWithoutTheRoot() {
        TrimtabConfig config = load(
                        SMALLEST,
                        "training.max-steps=20",
                        "trimtab.optimizer.learning-rate=1e-3",
                        "model.policy=hdfs://name:8020/models/sft",
                        "merge.rule=none",
                        "data.train.columns={prompt = question}")
                .settings();

        assertThat(config.training().maxSteps()).isEqualTo(20);
        assertThat(config.optimizer().adamW().learningRate()).isEqualTo(1e-3);
        assertThat(config.model().policy()).isEqualTo("hdfs://name:8020/models/sft");
        assertThat(config.merge().rule()).isEqualTo(MergeRuleName.NONE);
        assertThat(config.data().train().columns()).containsExactly(Map.entry("prompt", "question"));
    }

    @Test
    void laterFilesWinOverEarlierOnes() {
        Path first = write("first.conf", SMALLEST);
        Path second = write("second.conf", "trimtab.training.seed = 7");

        TrimtabConfig config =
                ResolvedConfig.load(List.of(first, second), List.of()).settings();

        assertThat(config.training().seed()).isEqualTo(7);
        assertThat(config.merge().seed()).as("by substitution").isEqualTo(7);
        assertThat(config.model().policy()).isEqualTo("sft");
    }

    /** HOCON's own way to let a scheduler's environment decide. */
    @Test
    void aVariableOfTheEnvironmentWinsOverTheValueBeforeIt() {
        ResolvedConfig config = load(SMALLEST + """

                        trimtab.training.seed = 7
                        trimtab.training.seed = ${?TRIMTAB_TEST_OF_NO_SUCH_VARIABLE}
                        trimtab.optimizer.warmup-steps = ${?TRIMTAB_TEST_OF_NO_SUCH_VARIABLE}
                        trimtab.run-directory = runs
                        trimtab.run-directory = ${?HOME}
                        trimtab.run-directory = ${trimtab.run-directory}"/harmless"
                        """);

        assertThat(config.settings().training().seed()).isEqualTo(7);
        assertThat(config.settings().optimizer().warmupSteps()).isZero();
        assertThat(config.settings().runDirectory()).isEqualTo(System.getenv("HOME") + "/harmless");
        assertThat(config.settings().tablesDirectory()).isEqualTo(System.getenv("HOME") + "/harmless/tables");
    }

    @Test
    void filesIncludeTheirNeighbours() {
        write("common.conf", "include \"deeper.conf\"\n" + SMALLEST);
        write("deeper.conf", "trimtab.optimizer.beta1 = 0.5");
        ResolvedConfig config = load("include \"common.conf\"\ntrimtab.training.seed = 7");

        assertThat(config.settings().model().policy()).isEqualTo("sft");
        assertThat(config.settings().optimizer().adamW().beta1()).isEqualTo(0.5);
        assertThat(config.rendered()).containsPattern("trimtab.model.policy = sft +# .*/common.conf: 2\n");
    }

    @Test
    void fileNamedWithoutItsFolderIncludesItsNeighboursToo() throws IOException {
        Path here = Files.createTempFile(Path.of(""), "included", ".conf");
        Path run = Files.createTempFile(Path.of(""), "run", ".conf");
        try {
            Files.writeString(here, SMALLEST);
            Files.writeString(run, "include \"" + here.getFileName() + "\"");

            assertThat(ResolvedConfig.load(List.of(run.getFileName()), List.of())
                            .settings()
                            .model()
                            .policy())
                    .isEqualTo("sft");
        } finally {
            Files.delete(here);
            Files.delete(run);
        }
    }

    @Test
    void lossFollowsTheStageUnlessNamed() {
        assertThat(load(SMALLEST, "training.stage=kto").settings().loss().name())
                .isEqualTo("kto");
        assertThat(load(SMALLEST, "training.stage=sft").settings().loss().name())
                .isEqualTo("sft");
        assertThat(load(SMALLEST, "loss.name=sigmoid").settings().loss().name()).isEqualTo("sigmoid");
    }

    @Test
    void preTrainingStartsFromDrawnWeightsAndMergesNothing() {
        ResolvedConfig config = load(
                "trimtab { model.initialize = world/config.json, data.train.path = corpus.jsonl, training.stage = pretrain }");

        assertThat(config.settings().model())
                .isEqualTo(new ModelSettings(
                        null,
                        null,
                        null,
                        "world/config.json",
                        Precision.FP32,
                        ActivationCheckpointing.AUTO,
                        DeviceChoice.AUTO));
        assertThat(config.settings().merge()).isEqualTo(MergeSettings.none());
        assertThat(config.settings().loss().name()).isEqualTo("sft");
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void baseIsNeededOnlyWhereTheRuleUsesTheDelta() {
        String withoutBase = "trimtab { model.policy = sft, data.train.path = pairs.jsonl }";

        assertThat(load(withoutBase, "merge.rule=none").settings().model().base())
                .isNull();
        assertThat(load(withoutBase, "merge.alpha=0").settings().model().base()).isNull();
        assertThat(load(withoutBase, "merge.alpha=0", "merge.rule=on-ties", "merge.semantics=paper")
                        .settings()
                        .model()
                        .base())
                .isNull();
    }

    @Test
    void keysWithoutEffectAreNamedInOneWarning() {
        ResolvedConfig config =
                load(SMALLEST, "merge.rule=none", "merge.alpha=0.5", "merge.interval=5", "loss.desirable-weight=2");

        assertThat(config.warnings())
                .containsExactly("Ignored: trimtab.loss.desirable-weight (--set; only loss kto uses it),"
                        + " trimtab.merge.alpha (--set; only the merge rules of stages dpo and kto use it),"
                        + " trimtab.merge.interval (--set; only the merge rules of stages dpo and kto use it)");
        assertThat(config.settings().merge().rule()).isEqualTo(MergeRuleName.NONE);
    }

    @Test
    void everySwitchAloneOverridesTheSemantics() {
        MergeSwitches usual = MergeSwitches.of(MergeRuleName.ON_DARE, Semantics.RELEASED);

        assertThat(switches("merge.rescale=none").rescale()).isEqualTo(Rescale.NONE);
        assertThat(switches("merge.rescale=l1").rescale()).isEqualTo(Rescale.L1);
        assertThat(switches("merge.tau-mask=fresh").tauMask()).isEqualTo(TauMask.FRESH);
        assertThat(switches("merge.tau-clip=0").tauClip()).isZero();
        assertThat(switches("merge.rule=on-ties", "merge.vote=weighted").vote()).isEqualTo(Vote.WEIGHTED);
        assertThat(switches("merge.epsilon-placement=corrected").epsilonPlacement())
                .isEqualTo(EpsilonPlacement.CORRECTED);
        assertThat(switches("merge.decay=before").decay()).isEqualTo(DecayPlace.BEFORE);
        assertThat(switches("merge.tau-clip=0.5"))
                .isEqualTo(new MergeSwitches(
                        usual.rescale(), usual.tauMask(), 0.5, usual.vote(), usual.epsilonPlacement(), usual.decay()));
        assertThat(load(SMALLEST, "merge.interval=7").settings().merge().interval())
                .isEqualTo(7);
    }

    @Test
    void aMovingAverageHasItsNumbers() {
        MergeSettings merge = load(SMALLEST, "merge.rule=ema", "merge.ema-decay=0.5", "merge.ema-export=trained")
                .settings()
                .merge();

        assertThat(merge.ema()).isEqualTo(new EmaSettings(0.5, EmaSettings.Export.TRAINED));
        assertThat(merge.usesSftDelta()).isFalse();
    }

    /** What is handed on can be changed after training, what is trained cannot. */
    @Test
    void whichWeightsAreExportedIsNotPartOfTheIdentity() {
        assertThat(load(SMALLEST, "merge.rule=ema", "merge.ema-export=trained").identity())
                .isEqualTo(load(SMALLEST, "merge.rule=ema").identity());
        assertThat(load(SMALLEST, "merge.rule=ema", "merge.ema-decay=0.5").identity())
                .isNotEqualTo(load(SMALLEST, "merge.rule=ema").identity());
    }

    @Test
    void switchesThatTheRuleDoesNotHaveAreNamedInOneWarning() {
        assertThat(load(
                                SMALLEST,
                                "merge.rule=childtuning",
                                "merge.density=0.3",
                                "merge.seed=1",
                                "merge.decay=before",
                                "merge.vote=weighted",
                                "merge.tau-mask=fresh",
                                "merge.rescale=none",
                                "merge.ema-decay=0.5")
                        .warnings())
                .containsExactly("Ignored:"
                        + " trimtab.merge.rescale (--set; only the merge rules of stages dpo and kto use it),"
                        + " trimtab.merge.tau-mask (--set; only merge rule on-dare uses it),"
                        + " trimtab.merge.vote (--set; only merge rule on-ties uses it),"
                        + " trimtab.merge.ema-decay (--set; only merge rule ema uses it)");
        assertThat(load(SMALLEST, "merge.rule=on-ties", "merge.seed=1").warnings())
                .containsExactly(
                        "Ignored: trimtab.merge.seed (--set; only merge rules on-dare and childtuning use it)");
    }

    private MergeSwitches switches(String... sets) {
        return load(SMALLEST, sets).settings().merge().switches();
    }

    @Test
    void evaluationWithoutAnythingToMeasureIsWarnedOf() {
        assertThat(load(SMALLEST, "evaluation.every-steps=5").warnings())
                .containsExactly(
                        "trimtab.evaluation.every-steps (--set): evaluation.data is not set, so nothing is measured"
                                + " while training; only the figures of each layer are written at these steps");
        assertThat(load(SMALLEST, "evaluation.every-steps=5", "training.stage=sft")
                        .warnings())
                .containsExactly(
                        "trimtab.evaluation.every-steps (--set): evaluation.data is not set, so nothing is measured"
                                + " while training");
        assertThat(load(SMALLEST, "evaluation.every-steps=5", "evaluation.data.path=held.jsonl")
                        .warnings())
                .isEmpty();
    }

    @Test
    void scheduleKnowsItsPlannedSteps() {
        OptimizerSettings optimizer =
                load(SMALLEST, "optimizer.warmup-steps=2").settings().optimizer();

        assertThat(optimizer.scheduleOver(10)).isEqualTo(new LearningRateSchedule(ScheduleName.LINEAR, 2, 10, 0));
    }

    @Test
    void renderedConfigNamesEveryOriginAndLoadsAgain() {
        ResolvedConfig config = load(
                SMALLEST,
                "training.max-steps=20",
                "run-directory=runs/x",
                "cluster.spark.spark.executor.memory=4g",
                "data.chat-template={{ messages }} # no comment",
                "data.train.path=odd \"name\".jsonl");
        String rendered = config.rendered();

        assertThat(rendered)
                .containsPattern("trimtab.model.policy = sft +# .*run.conf: 1\n")
                .containsPattern("trimtab.training.max-steps = 20 +# --set\n")
                .containsPattern("trimtab.optimizer.learning-rate = 1e-6 +# default\n")
                .containsPattern("trimtab.loss.name = sigmoid +# by training.stage\n")
                .containsPattern("trimtab.tables-directory = \"runs/x/tables\" +# --set\n")
                .containsPattern("trimtab.loss.beta = 0.1 +# default");
        assertThat(load(rendered).settings()).isEqualTo(config.settings());
    }

    @Test
    void secretsAreHidden() {
        String rendered = load(
                        SMALLEST,
                        "cluster.spark.spark.hadoop.fs.s3a.secret.key=abc123",
                        "cluster.spark.spark.executor.extraJavaOptions=-Dstore.password=abc123 -Xss4m",
                        "data.train.path=s3a://user:abc123@bucket/pairs")
                .rendered();

        assertThat(rendered).doesNotContain("abc123").contains("-Xss4m").contains("://(redacted)@bucket/pairs");
    }

    @Test
    void identityDoesNotDependOnSpellingOrOnHowTheRunIsComputed() {
        Identity identity = load(SMALLEST).identity();

        assertThat(load(SMALLEST, "data.max-length=200").identity().values()).containsEntry("data.max-length", "200");
        assertThat(load(SMALLEST, "optimizer.learning-rate=0.0000010").identity())
                .isEqualTo(identity);
        assertThat(load(
                                SMALLEST,
                                "training.micro-batch-tokens=7",
                                "model.activation-checkpointing=true",
                                "data.max-rejected-share=1",
                                "cluster.ranks=9",
                                "run-id=x",
                                "checkpoint.keep-last=4")
                        .identity())
                .isEqualTo(identity);
    }

    @Test
    void identityOfAListIsThatOfItsNumbers() {
        Identity identity = load(SMALLEST, "merge.alpha=[1e-7, 0.10]").identity();
        assertThat(identity.values()).containsEntry("merge.alpha", "[1E-7, 0.1]");
        assertThat(load(SMALLEST, "merge.alpha=[0.0000001, 1e-1]").identity()).isEqualTo(identity);
        assertThat(load(SMALLEST, "merge.alpha=[1e-7]", "merge.include-tensors=.*")
                        .identity())
                .isEqualTo(load(SMALLEST).identity());
        assertThat(load(SMALLEST, "merge.exclude-tensors=[\".*norm.*\"]").identity())
                .isNotEqualTo(load(SMALLEST).identity());
    }

    @Test
    void listsAreShownAsTheyWereWritten() {
        ResolvedConfig config =
                load(SMALLEST, "merge.alpha=[1e-7, 0.10]", "merge.exclude-tensors=[\".*norm.*\", bias]");
        assertThat(config.rendered())
                .containsPattern("trimtab.merge.alpha = \\[1e-7, 0.10\\] +# --set\n")
                .containsPattern("trimtab.merge.exclude-tensors = \\[\"\\.\\*norm\\.\\*\", bias\\] +# --set\n")
                .containsPattern("trimtab.merge.include-tensors = \\[\"\\.\\*\"\\] +# default\n");
        assertThat(load(config.rendered()).settings().merge().scope().alpha())
                .isEqualTo(config.settings().merge().scope().alpha());
    }

    @Test
    void alphaThatFollowsTheLearningRateHasNoCurveOfItsOwn() {
        assertThat(load(SMALLEST, "merge.alpha-schedule=learning-rate", "merge.alpha-warmup-steps=3")
                        .warnings())
                .containsExactly("Ignored: trimtab.merge.alpha-warmup-steps (--set; only a merge rule whose"
                        + " merge.alpha-schedule is not learning-rate uses it)");
    }

    @Test
    void aFolderIsTheSameByWhateverPathItIsNamed() {
        Identity relative = load(SMALLEST).identity();
        Identity absolute = load(SMALLEST, "model.policy=" + Path.of("x/../sft").toAbsolutePath())
                .identity();
        assertThat(absolute.firstDifference(relative)).isEmpty();
        assertThat(relative.firstDifference(absolute)).isEmpty();
        assertThat(load(SMALLEST, "model.policy=hdfs://lake/sft").identity().firstDifference(relative))
                .isPresent();
        assertThat(load(SMALLEST, "model.policy=sft2").identity().firstDifference(relative))
                .isPresent();
    }

    @Test
    void aDifferenceIsNotThatOfAKeyThatFollowsAnother() {
        Identity identity = load(SMALLEST).identity();

        assertThat(load(SMALLEST, "training.seed=7").identity().firstDifference(identity))
                .contains(new Identity.Difference("training.seed", "7", "42"));
        assertThat(load(SMALLEST, "training.stage=kto").identity().firstDifference(identity))
                .contains(new Identity.Difference("training.stage", "kto", "dpo"));
    }

    @Test
    void identityNamesItsFirstDifference() {
        Identity identity = load(SMALLEST).identity();
        Identity other =
                load(SMALLEST, "optimizer.beta1=0.5", "merge.density=0.5").identity();

        assertThat(identity.firstDifference(other)).contains(new Identity.Difference("optimizer.beta1", "0.9", "0.5"));
        assertThat(identity.firstDifference(identity.with("input", "f00d"))).isEmpty();
        assertThat(identity.with("input", "f00d").firstDifference(identity))
                .contains(new Identity.Difference("input", "f00d", "not set"));
    }

    private ResolvedConfig load(String content, String... sets) {
        return ResolvedConfig.load(List.of(write("run.conf", content)), List.of(sets));
    }

    private Path write(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
