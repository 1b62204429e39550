package io.trimtab.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadConfigurationTest {
    private static final String GOOD =
            "trimtab { model { policy = sft, base = pretrained }, data.train.path = pairs.jsonl }\n";

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "merge.alpha=1.5                 | trimtab.merge.alpha = 1.5: must be a number in [0, 1]",
                "merge.alpha=-0.1                | trimtab.merge.alpha = -0.1: must be a number in [0, 1]",
                "merge.alpha=NaN                 | trimtab.merge.alpha = NaN: must be a number in [0, 1]",
                "merge.density=0                 | trimtab.merge.density = 0: must be a number in (0, 1]",
                "merge.density=1.01              | trimtab.merge.density = 1.01: must be a number in (0, 1]",
                "optimizer.beta1=1               | trimtab.optimizer.beta1 = 1: must be a number in [0, 1)",
                "optimizer.beta2=-1              | trimtab.optimizer.beta2 = -1: must be a number in [0, 1)",
                "optimizer.epsilon=0             | trimtab.optimizer.epsilon = 0: must be a number above 0",
                "optimizer.learning-rate=1e400   | trimtab.optimizer.learning-rate = 1e400: must be a number at least 0",
                "loss.label-smoothing=0.5        | trimtab.loss.label-smoothing = 0.5: must be a number in [0, 0.5)",
                "loss.beta=0                     | trimtab.loss.beta = 0: must be a number above 0",
                "training.global-batch-size=0    | trimtab.training.global-batch-size = 0: must be a whole number, at least 1",
                "training.epochs=1.5             | trimtab.training.epochs = 1.5: must be a whole number, at least 1",
                "training.max-steps=0            | trimtab.training.max-steps = 0: must be -1 (no limit) or a whole number, at least 1",
                "training.epochs=many            | trimtab.training.epochs = many: must be a whole number, at least 1",
                "training.seed=1e30              | trimtab.training.seed = 1e30: must be a whole number of 64 bits",
                "cluster.ranks=0                 | trimtab.cluster.ranks = 0: must be a whole number, 1 to 4096",
                "cluster.executor-wait=600       | trimtab.cluster.executor-wait = 600: must be a time with its unit (ms, s, m, h, d), as 90s or 10m",
                "cluster.executor-wait=2 months  | trimtab.cluster.executor-wait = 2 months: must be a time with its unit (ms, s, m, h, d), as 90s or 10m",
                "cluster.idle-timeout=0s         | trimtab.cluster.idle-timeout = 0s: must be at least 1ms",
                "cluster.barrier-timeout=5us     | trimtab.cluster.barrier-timeout = 5us: must be at least 1ms",
                "cluster.port-range=9-4          | trimtab.cluster.port-range = 9-4: must be a range of ports, as \"40000-40099\"",
                "data.append-eos=yes             | trimtab.data.append-eos = yes: must be true or false",
                "model.device=gpu                | trimtab.model.device = gpu: must be one of auto, cpu, cuda",
                "data.order=random               | trimtab.data.order = random: must be one of shuffled, as-given, length-grouped",
                "checkpoint.keep-last=0          | trimtab.checkpoint.keep-last = 0: must be a whole number, at least 1",
                "model.policy=                   | trimtab.model.policy = : must be a text that is not empty",
                "merge.interval=0                | trimtab.merge.interval = 0: must be a whole number, at least 1",
                "merge.rescale=l2                | trimtab.merge.rescale = l2: must be one of none, inverse-density, l1",
                "merge.tau-mask=often            | trimtab.merge.tau-mask = often: must be one of fixed, fresh",
                "merge.tau-clip=-1               | trimtab.merge.tau-clip = -1: must be a number at least 0",
                "merge.vote=none                 | trimtab.merge.vote = none: must be one of weighted, unweighted",
                "merge.epsilon-placement=inside  | trimtab.merge.epsilon-placement = inside: must be one of uncorrected, corrected",
                "merge.decay=0.01                | trimtab.merge.decay = 0.01: must be one of before, after",
                "merge.ema-decay=1               | trimtab.merge.ema-decay = 1: must be a number in [0, 1)",
                "merge.ema-export=both           | trimtab.merge.ema-export = both: must be one of average, trained",
                "data.max-rejected-share=2       | trimtab.data.max-rejected-share = 2: must be a number in [0, 1]",
            })
    void valuesOutOfRangeAreRefused(String set, String problem) {
        assertThat(problemsOf(GOOD, set)).containsExactly("--set: " + problem);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "loss.name=ipo          | trimtab.loss.name = ipo: belongs to a later version; this one has sigmoid, kto, sft",
                "model.activation-checkpointing=maybe | trimtab.model.activation-checkpointing = maybe: must be one of auto, on, off",
                "model.precision=fp16   | trimtab.model.precision = fp16: belongs to a later version; this one has fp32, bf16",
                "data.train.format=orc| trimtab.data.train.format = orc: belongs to a later version; this one has json, csv, parquet, delta, iceberg, table, sql",
            })
    void valuesOfLaterVersionsAreRefusedByName(String set, String problem) {
        assertThat(problemsOf(GOOD, set)).containsExactly("--set: " + problem);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "merge.alpha=[0.1, 2]        | trimtab.merge.alpha: has 2 in its list, which must be a number in [0, 1]",
                "merge.alpha=2               | trimtab.merge.alpha = 2: must be a number in [0, 1]",
                "merge.density=[0.5, 0]      | trimtab.merge.density: has 0 in its list, which must be a number in (0, 1]",
                "merge.density=[]            | trimtab.merge.density: must not be an empty list",
                "merge.include-tensors=[\"(\"]     | trimtab.merge.include-tensors: holds '(', which is no regular expression: Unclosed group near index 1",
                "merge.exclude-tensors=[[a]]         | trimtab.merge.exclude-tensors: must hold regular expressions, as [ \".*norm.*\" ]",
                "optimizer.decay-exclude={}  | trimtab.optimizer.decay-exclude: must hold regular expressions, as [ \".*norm.*\" ]",
                "merge.alpha-schedule=poly   | trimtab.merge.alpha-schedule = poly: must be one of constant, linear, cosine, learning-rate",
                "merge.min-alpha-ratio=1.1   | trimtab.merge.min-alpha-ratio = 1.1: must be a number in [0, 1]",
            })
    void listsAndPatternsAreCheckedItemByItem(String set, String problem) {
        assertThat(problemsOf(GOOD, set)).containsExactly("--set: " + problem);
    }

    @Test
    void onTiesHasNoInverseDensity() {
        assertThat(problemsOf(GOOD, "merge.rule=on-ties", "merge.rescale=inverse-density"))
                .containsExactly("--set: trimtab.merge.rescale = inverse-density: belongs to merge.rule = on-dare;"
                        + " on-ties has none and l1");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "merge.alhpa=0.1           | trimtab.merge.alhpa: unknown key, did you mean 'trimtab.merge.alpha'?",
                "learning-rate=0.1         | trimtab.learning-rate: unknown key, did you mean 'trimtab.optimizer.learning-rate'?",
                "data.trian.path=x         | trimtab.data.trian: unknown key, did you mean 'trimtab.data.train'?",
                "model.frobnicate=x        | trimtab.model.frobnicate: unknown key, see reference.conf or `trimtab config` for all keys",
                "optimizer=adam            | trimtab.optimizer: must be a group of settings",
            })
    void unknownKeysAreRefusedWithTheNearestKnownOne(String set, String problem) {
        assertThat(problemsOf(GOOD, set)).containsExactly("--set: " + problem);
    }

    @Test
    void allProblemsAreToldAtOnceWithFileAndLine() {
        Path file = write("bad.conf", """
                trimtab {
                  model.policy = sft
                  merge {
                    alpha = 2
                    densty = 0.1
                  }
                  training.epochs = lots
                }
                learning-rate = 3
                """);

        assertThat(problemsOf(List.of(file), List.of()))
                .containsExactlyInAnyOrder(
                        file + ": 9: learning-rate: unknown, every setting stands inside trimtab { }",
                        file + ": 5: trimtab.merge.densty: unknown key, did you mean 'trimtab.merge.density'?",
                        file + ": 4: trimtab.merge.alpha = 2: must be a number in [0, 1]",
                        file + ": 7: trimtab.training.epochs = lots: must be a whole number, at least 1",
                        "trimtab.data.train.path: is not set; it names the training table, as data.train.path ="
                                + " \"pairs.jsonl\"");
    }

    /** JSON has no other spelling for a key with dots, and what HOCON makes of it is a key that nobody reads. */
    @Test
    void namesInQuotesAreOneNameAndRefused() {
        Path json = write("run.json", """
                { "trimtab": {
                  "model": { "policy": "sft", "base": "pretrained" },
                  "data": { "train.path": "pairs.jsonl", "train": { "path": "pairs.jsonl" } },
                  "training.max-steps": 5
                } }
                """);

        assertThat(problemsOf(List.of(json), List.of("\"merge.alpha\"=0.5")))
                .satisfiesExactly(
                        set -> assertThat(set)
                                .startsWith("--set: trimtab.\"merge.alpha\": a name in quotes is one name"),
                        inner -> assertThat(inner).startsWith(json + ": 3: trimtab.data.\"train.path\": a name in"),
                        outer -> assertThat(outer).startsWith(json + ": 4: trimtab.\"training.max-steps\": a name in"));
    }

    @Test
    void missingBaseIsRefusedWhereTheRuleMergesWithTheDelta() {
        String withoutBase = "trimtab { model.policy = sft, data.train.path = pairs.jsonl }";
        String problem = "trimtab.model.base: is not set; it names the model before SFT, because merge.rule = %s merges"
                + " with policy minus base; set it, or merge.rule = none";

        assertThat(problemsOf(withoutBase)).containsExactly(problem.formatted("on-dare"));
        assertThat(problemsOf(withoutBase, "merge.rule=on-ties", "merge.alpha=0"))
                .as("the released vote counts the delta at any alpha")
                .containsExactly(problem.formatted("on-ties"));
    }

    @Test
    void lossOfAnotherStageIsRefused() {
        assertThat(problemsOf(GOOD, "loss.name=kto"))
                .containsExactly("--set: trimtab.loss.name = kto: does not fit training.stage = dpo, whose loss is"
                        + " sigmoid; remove the line, or change the stage");
    }

    @Test
    void drawnWeightsExcludeModelFoldersAndPreferenceStages() {
        assertThat(problemsOf(GOOD, "model.initialize=config.json", "training.stage=sft"))
                .anyMatch(problem -> problem.endsWith(
                        "trimtab.model.policy = sft: cannot stand beside model.initialize, which draws the weights;"
                                + " remove one of them"))
                .anyMatch(problem -> problem.contains("trimtab.model.base = pretrained: cannot stand beside"))
                .hasSize(2);
        assertThat(problemsOf("trimtab { model.initialize = config.json, data.train.path = x, merge.rule = none }"))
                .singleElement()
                .asString()
                .contains("stage dpo needs a trained policy and reference");
    }

    @Test
    void missingPolicyIsRefused() {
        assertThat(problemsOf("trimtab { data.train.path = x, merge.rule = none }"))
                .containsExactly("trimtab.model.policy: is not set; it names the folder where training starts (or"
                        + " model.initialize, to start from drawn weights)");
    }

    @Test
    void keyThatMustBeSetCannotBeNull() {
        assertThat(problemsOf(GOOD, "training.epochs=null"))
                .containsExactly("trimtab.training.epochs: must be set, null is not a value for it");
    }

    @Test
    void columnsOfUnknownNamesAreRefused() {
        assertThat(problemsOf(GOOD, "data.train.columns.promt=question"))
                .containsExactly("--set: trimtab.data.train.columns: has the unknown column 'promt', did you mean"
                        + " 'prompt'?; known are prompt, chosen, rejected, completion, label, messages, text,"
                        + " kl_completion, completions, scores, ranks, score, rank, system, tools, id");
    }

    @Test
    void aShapeThatTheStageDoesNotTakeIsRefused() {
        assertThat(problemsOf(GOOD, "data.train.shape=label"))
                .containsExactly("--set: trimtab.data.train.shape = label: does not fit training.stage = dpo,"
                        + " which takes auto, pair, scores");
        assertThat(problemsOf(GOOD, "data.train.shape=pears"))
                .singleElement()
                .asString()
                .contains("must be one of auto, text, completion, messages, pair, label, scores");
        assertThat(problemsOf(GOOD, "data.score-margin=-1"))
                .singleElement()
                .asString()
                .contains("must be a number at least 0");
    }

    @Test
    void sparkSettingsThatSparkWouldNotReadAreRefused() {
        assertThat(problemsOf(GOOD, "cluster.spark.executor.memory=4g"))
                .singleElement()
                .asString()
                .contains("holds 'executor.memory'")
                .contains("write spark.executor.memory in full");
    }

    /** spark.authenticate is a name of its own and the beginning of another; HOCON has no place for the first then. */
    @Test
    void sparkSettingsThatHoconDropsAreRefused() {
        Path file = write("secret.conf", """
                trimtab { model { policy = sft, base = pretrained }, data.train.path = pairs.jsonl
                  cluster.spark {
                    spark.authenticate = true  # as spark.ui.enabled = true
                    spark.authenticate.secret = abc
                    spark.hadoop.fs.s3a { endpoint.region = x }, spark.hadoop.fs.s3a.endpoint = "https://x"
                  }
                }
                """);

        assertThat(problemsOf(List.of(file), List.of()))
                .satisfiesExactly(problem -> assertThat(problem)
                        .startsWith(file + ": 3: trimtab.cluster.spark.spark.authenticate: is dropped by HOCON")
                        .endsWith("write it in quotes: \"spark.authenticate\" = ..."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[ { name = a, kind = exact-match } ]                   | needs name, kind and path, and nothing else, in every test",
                "[ { name = a, kind = bleu, path = p } ]                | has a test 'a' whose kind must be one of exact-match, multiple-choice, log-prob",
                "[ { name = a, kind = log-prob, path = p }, { name = a, kind = log-prob, path = q } ] | has two tests of the name 'a'",
            })
    void badTestsAreRefused(String tests, String problem) {
        assertThat(problemsOf(GOOD, "evaluation.tests=" + tests))
                .containsExactly("--set: trimtab.evaluation.tests: " + problem);
    }

    @Test
    void aTestOfTheNameThatHeldOutRowsHaveIsRefused() {
        String test = "evaluation.tests=[ { name = preference_accuracy, kind = log-prob, path = p } ]";

        assertThat(problemsOf(GOOD, test, "evaluation.data.path=held.jsonl"))
                .containsExactly("--set: trimtab.evaluation.tests: has a test 'preference_accuracy', which is the name"
                        + " of evaluation.data's figure; take another one");
        assertThat(ResolvedConfig.load(List.of(write("run.conf", GOOD)), List.of(test)))
                .isNotNull();
    }

    @Test
    void fileThatIsMissingOrNoHoconIsRefused() {
        Path broken = write("broken.conf", "trimtab {\n  model.policy = \n");

        assertThat(problemsOf(List.of(folder.resolve("absent.conf"), broken), List.of("training.epochs")))
                .satisfiesExactly(
                        missing -> assertThat(missing).endsWith("absent.conf: there is no such file"),
                        syntax -> assertThat(syntax).startsWith(broken + ": "),
                        set -> assertThat(set)
                                .isEqualTo("--set training.epochs: must be key=value, as --set training.max-steps=20"));
    }

    @Test
    void folderIsNoConfiguration() {
        assertThat(problemsOf(List.of(folder), List.of()))
                .containsExactly(folder + ": is a folder, not a configuration");
    }

    /** Other defaults refer into the group and cannot be resolved. */
    @Test
    void valueInPlaceOfAGroupIsNamed() {
        assertThat(problemsOf(GOOD, "training=3"))
                .containsExactly("--set: trimtab.training: must be a group of settings");
    }

    @Test
    void includeOfAMissingFileIsRefused() {
        for (String include : List.of("include \"absent.conf\"", "include file(\"absent.conf\")")) {
            assertThat(problemsOf(include + "\n" + GOOD))
                    .singleElement()
                    .asString()
                    .contains("absent.conf");
        }
    }

    @Test
    void substitutionWithoutAValueIsRefusedWithItsLine() {
        Path file = write("loose.conf", GOOD + "trimtab.run-directory = ${no.such.thing}\n");

        assertThat(problemsOf(List.of(file), List.of()))
                .singleElement()
                .asString()
                .startsWith(file + ": 2: ")
                .contains("no.such.thing");
    }

    private List<String> problemsOf(String content, String... sets) {
        return problemsOf(List.of(write("run.conf", content)), List.of(sets));
    }

    private static List<String> problemsOf(List<Path> files, List<String> sets) {
        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> ResolvedConfig.load(files, sets));
        assertThat(refused).as("the configuration was accepted").isNotNull();
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        return refused.problems();
    }

    private Path write(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
