package io.trimtab.job.stages;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.metrics.EventFileReader;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.weights.ModelFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole commands in local[2], two ranks as threads joined by the ring; one small model is pre-trained and aligned. */
class RunCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RANKS = 2;
    private static final ByteArrayOutputStream CONSOLE = new ByteArrayOutputStream();

    /** Tensors that a rule leaves alone, and the others. */
    private static final String KEPT = "[\".*norm.*\",\"model.embed_tokens.*\"]";

    private static final String REST = "[\".*_proj.*\"]";

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
        trainModels();
        assertThat(execute(RunStage.ALL, dpo("dpo", 4))).as(console()).isEqualTo(ExitCode.DONE);

        Path run = folder.resolve("dpo");
        List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
        assertThat(metrics).hasSize(4);
        JsonNode first = JSON.readTree(metrics.get(0));
        assertThat(first.path("step").asInt()).isEqualTo(1);
        assertThat(first.path("loss").asDouble()).isCloseTo(Math.log(2), within(1e-6));
        assertThat(JSON.readTree(run.resolve("data-report.json").toFile())
                        .path("kept")
                        .asInt())
                .isEqualTo(1600);
        assertThat(run.resolve("model/model.safetensors")).exists();
        assertThat(run.resolve("model/README.md")).content().contains("| policy | strict |");
        assertThat(run.resolve("report.html")).content().contains("<p>Status: done, attempt 1</p>");
        JsonNode models = JSON.readTree(run.resolve("evaluation.json").toFile()).path("models");
        assertThat(models.path("base").path("strict").path("n").asInt()).isPositive();
        assertThat(models.path("policy").path("preference_accuracy").path("n").asInt())
                .isEqualTo(1600);
        JsonNode result = JSON.readTree(run.resolve("result.json").toFile());
        assertThat(result.path("status").asText()).isEqualTo("done");

        List<String> kto = dpo("kto", 2);
        kto.add("training.stage=kto");
        kto.add("data.train.path=\"" + world.labelled() + "\"");
        kto.add("evaluation.data.path=null");
        assertThat(execute(RunStage.TRAIN, kto)).as(console()).isEqualTo(ExitCode.DONE);
        JsonNode firstKto = JSON.readTree(
                Files.readAllLines(folder.resolve("kto/metrics.jsonl")).get(0));
        assertThat(firstKto.path("loss").asDouble()).isCloseTo(0.5, within(1e-6));
        assertThat(firstKto.path("kl").asDouble()).isCloseTo(0.0, within(1e-6));
    }

    @Test
    void aRunThatLosesARankEndsWithTheSameWeights() throws IOException {
        assertThat(execute(RunStage.TRAIN, pretraining("undisturbed", 6)))
                .as(console())
                .isEqualTo(ExitCode.DONE);
        List<String> disturbed = pretraining("disturbed", 6);
        disturbed.add("cluster.max-restarts=1");
        disturbed.add("cluster.spark.\"spark.hadoop.fs.file.impl\"=\"" + FailingFileSystem.class.getName() + "\"");
        disturbed.add("cluster.spark.\"spark.hadoop.fs.file.impl.disable.cache\"=\"true\"");
        FailingFileSystem.failOnceAt("step-00000004", "rank-1-of-2.bin");

        assertThat(execute(RunStage.TRAIN, disturbed)).as(console()).isEqualTo(ExitCode.DONE);

        assertThat(FailingFileSystem.hasFailed()).isTrue();
        assertThat(console())
                .containsPattern("segment 1 failed: rank 1 on \\S+ failed: ")
                .contains("No space left on device")
                .contains("resuming after step 2 of 6");
        for (int rank = 0; rank < RANKS; rank++) {
            assertThat(Files.readAllBytes(shard("disturbed", 6, rank)))
                    .isEqualTo(Files.readAllBytes(shard("undisturbed", 6, rank)));
        }
        assertThat(steps("disturbed")).containsExactly(1, 2, 3, 4, 5, 6);
        // Steps 3 and 4 of the first segment may have reached the driver or not.
        assertThat(eventSteps("disturbed")).startsWith("start 1", "1", "2").endsWith("start 3", "3", "4", "5", "6");
    }

    @Test
    void aRunGoesOnWithoutTensorBoard() throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("blocked")).resolve("tensorboard"), "a file");
        CONSOLE.reset();
        assertThat(execute(RunStage.TRAIN, pretraining("blocked", 1)))
                .as(console())
                .isEqualTo(ExitCode.DONE);
        assertThat(console()).containsOnlyOnce("the run goes on without it. metrics.tensorboard = false leaves it out");
        assertThat(steps("blocked")).containsExactly(1);

        List<String> unwanted = pretraining("unwanted", 1);
        unwanted.add("metrics.tensorboard=false");
        assertThat(execute(RunStage.TRAIN, unwanted)).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(folder.resolve("unwanted/tensorboard")).doesNotExist();
    }

    @Test
    void aDamagedLastCheckpointIsNeverPassedOverInSilence() throws IOException {
        List<String> run = pretraining("damaged", 4);
        assertThat(execute(RunStage.TRAIN, run)).as(console()).isEqualTo(ExitCode.DONE);
        byte[] last = Files.readAllBytes(shard("damaged", 4, 1));
        cut(shard("damaged", 4, 1));

        CONSOLE.reset();
        assertThat(execute(RunStage.EXPORT, run)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("Cannot export: the checkpoint of step 4 is damaged: ")
                .contains("rank-1-of-2.bin has ");
        assertThat(folder.resolve("damaged/model")).doesNotExist();

        assertThat(execute(RunStage.ALL, run)).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(console())
                .contains("warning: the checkpoint of step 4 is damaged: ")
                .contains("; the steps after 2 are done again")
                .contains("resuming after step 2 of 4")
                .contains("exported step 4 to ");
        assertThat(steps("damaged")).containsExactly(1, 2, 3, 4);
        assertThat(eventSteps("damaged")).containsExactly("start 1", "1", "2", "3", "4", "start 3", "3", "4");
        assertThat(Files.readAllBytes(shard("damaged", 4, 1))).isEqualTo(last);
    }

    /** Nothing but reading all of it shows a bit that is another: a rank that reads it to go on, or the export. */
    @Test
    void aFlippedBitIsTakenAsACutIs() throws IOException {
        List<String> run = pretraining("flipped", 6);
        assertThat(execute(RunStage.TRAIN, run)).as(console()).isEqualTo(ExitCode.DONE);
        byte[] last = Files.readAllBytes(shard("flipped", 6, 1));
        flip(shard("flipped", 6, 1));

        CONSOLE.reset();
        assertThat(execute(RunStage.EXPORT, run)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("Cannot export: the checkpoint of step 6 is damaged: ")
                .contains("rank-1-of-2.bin: checksum of 'master' differs at byte 0");
        assertThat(folder.resolve("flipped/model")).doesNotExist();

        flip(shard("flipped", 4, 0));
        run.add("cluster.max-restarts=0");
        CONSOLE.reset();
        assertThat(execute(RunStage.ALL, run)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("warning: the checkpoint of step 6 is damaged: ")
                .contains("resuming after step 4 of 6")
                .contains("Cannot resume: the checkpoint of step 6 is damaged: ")
                .contains("and there is no other one");

        flip(shard("flipped", 4, 0));
        Files.delete(shard("flipped", 4, 0).resolveSibling("damaged.txt"));
        CONSOLE.reset();
        assertThat(execute(RunStage.ALL, run)).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(console()).contains("; the steps after 4 are done again").contains("exported step 6 to ");
        assertThat(Files.readAllBytes(shard("flipped", 6, 1))).isEqualTo(last);
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[17] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void anExportedModelOutlivesItsCheckpoints() throws IOException {
        List<String> run = pretraining("outlived", 4);
        assertThat(execute(RunStage.ALL, run)).as(console()).isEqualTo(ExitCode.DONE);
        byte[] model = Files.readAllBytes(folder.resolve("outlived/model/model.safetensors"));
        cut(shard("outlived", 4, 0));

        CONSOLE.reset();
        assertThat(execute(RunStage.ALL, run)).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(console()).contains("done before: ");
        List<String> another = new ArrayList<>(run);
        another.add("checkpoint.export-precision=bf16");
        assertThat(execute(RunStage.EXPORT, another)).isEqualTo(ExitCode.REFUSED);
        assertThat(Files.readAllBytes(folder.resolve("outlived/model/model.safetensors")))
                .isEqualTo(model);
    }

    @Test
    void aSoleDamagedCheckpointDoesNotStartTheRunAnew() throws IOException {
        List<String> run = pretraining("sole", 2);
        assertThat(execute(RunStage.TRAIN, run)).as(console()).isEqualTo(ExitCode.DONE);
        List<String> metrics = Files.readAllLines(folder.resolve("sole/metrics.jsonl"));
        cut(shard("sole", 2, 1));

        CONSOLE.reset();
        assertThat(execute(RunStage.ALL, run)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("Cannot resume: the checkpoint of step 2 is damaged: ")
                .contains("and there is no other one; bring the file back, or delete the folder");
        assertThat(Files.readAllLines(folder.resolve("sole/metrics.jsonl"))).isEqualTo(metrics);
    }

    private static void cut(Path file) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) - 100));
    }

    @Test
    void aReferenceOfAnotherVocabularyIsRefused() throws IOException {
        trainModels();
        Path reference = Files.createDirectories(folder.resolve("other-words"));
        try (Stream<Path> files = Files.list(folder.resolve("base/model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, reference.resolve(file.getFileName()));
            }
        }
        Path tokenizer = reference.resolve("tokenizer.json");
        JsonNode json = JSON.readTree(tokenizer.toFile());
        ObjectNode vocabulary = (ObjectNode) json.path("model").path("vocab");
        JsonNode one = vocabulary.path("tell");
        vocabulary.set("tell", vocabulary.path("the"));
        vocabulary.set("the", one);
        JSON.writeValue(tokenizer.toFile(), json);
        List<String> sets = dpo("misread", 1);
        sets.add("model.reference=\"" + reference + "\"");

        assertThat(execute(RunStage.ALL, sets)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("Cannot score rows with another vocabulary: id ")
                .contains("to that of the reference " + reference);
    }

    /** Those that {@link #dpo} starts from. */
    private static void trainModels() {
        assertThat(execute(RunStage.ALL, pretraining("base", 3))).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(execute(RunStage.ALL, pretraining("before", 1)))
                .as(console())
                .isEqualTo(ExitCode.DONE);
    }

    /** One step from the same gradient: what a rule leaves alone is plain AdamW's bit for bit, with or without decay; the rest is not. */
    @Test
    void tensorFiltersHoldUnderEveryRule() throws IOException {
        trainModels();
        Map<String, float[]> plain = filtered("none", "merge.rule=none");
        assertKeptAlone(plain, filtered("on-ties", "merge.rule=on-ties", "merge.exclude-tensors=" + KEPT));
        assertKeptAlone(plain, filtered("childtuning", "merge.rule=childtuning", "merge.include-tensors=" + REST));
        assertKeptAlone(
                plain,
                filtered("decay", "merge.rule=none", "optimizer.weight-decay=0.5", "optimizer.decay-exclude=" + KEPT));
    }

    private static Map<String, float[]> filtered(String name, String... settings) throws IOException {
        List<String> sets = dpo("filter-" + name, 1);
        sets.addAll(List.of("merge.density=0.5", "merge.alpha=0.1"));
        sets.addAll(List.of("merge.epsilon-placement=uncorrected", "merge.decay=after"));
        sets.addAll(List.of(settings));
        assertThat(execute(RunStage.TRAIN, sets)).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(execute(RunStage.EXPORT, sets)).as(console()).isEqualTo(ExitCode.DONE);
        Map<String, float[]> weights = new LinkedHashMap<>();
        try (ModelFolder model =
                ModelFolder.open(folder.resolve("filter-" + name).resolve("model"))) {
            for (TensorSpec tensor : model.architecture().tensors()) {
                float[] values = new float[(int) tensor.elements()];
                model.readFloats(tensor.name(), 0, values, 0, values.length);
                weights.put(tensor.name(), values);
            }
        }
        return weights;
    }

    private static void assertKeptAlone(Map<String, float[]> plain, Map<String, float[]> other) {
        assertThat(plain).hasSizeGreaterThan(4);
        plain.forEach((name, weights) -> {
            if (name.contains("norm") || name.contains("embed_tokens")) {
                assertThat(other.get(name)).as(name).isEqualTo(weights);
            } else {
                assertThat(other.get(name)).as(name).isNotEqualTo(weights);
            }
        });
    }

    @Test
    void aSettingThatSparkCannotReadIsRefused() {
        List<String> broken = pretraining("unreadable", 1);
        broken.add("cluster.spark.\"spark.task.cpus\"=\"two\"");

        assertThat(execute(RunStage.TRAIN, broken)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("Cannot start Spark: Illegal value for config key spark.task.cpus: ");
    }

    /** What a scheduler waits for is written also where Scala throws what Java was never told of. */
    @Test
    void anExceptionThatNobodyDeclaresIsAResultToo() throws IOException {
        List<String> broken = pretraining("broken", 1);
        broken.add("data.train.path=\"undeclared:/rows.jsonl\"");
        broken.add(
                "cluster.spark.\"spark.hadoop.fs.undeclared.impl\"=\"" + UndeclaredFileSystem.class.getName() + "\"");

        assertThat(execute(RunStage.TRAIN, broken)).isEqualTo(ExitCode.BUG);
        JsonNode result = JSON.readTree(folder.resolve("broken/result.json").toFile());
        assertThat(result.path("status").asText()).isEqualTo("failed");
        assertThat(result.path("reason").asText()).contains("thrown, not declared");
    }

    /** Throws as Scala does. */
    public static final class UndeclaredFileSystem extends RawLocalFileSystem {
        @Override
        public void initialize(URI name, Configuration hadoop) {
            throw UndeclaredFileSystem.<RuntimeException>undeclared(new Exception("thrown, not declared"));
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased, and so never checked
        private static <E extends Exception> E undeclared(Exception failure) throws E {
            throw (E) failure;
        }
    }

    @Test
    void aReportNeedsNoModel() {
        List<String> archived = pretraining("archived", 1);
        archived.add("model.initialize=\"" + folder.resolve("gone/config.json") + "\"");

        assertThat(execute(RunStage.REPORT, archived)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("archived: nothing was prepared, trained or measured there");
    }

    @Test
    void aReportOfNothingIsRefused() {
        assertThat(execute(RunStage.REPORT, pretraining("untrained", 1))).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("Cannot report on ")
                .contains("untrained: nothing was prepared, trained or measured there");
    }

    @Test
    void filesThatWereChangedByHandAreNamed() throws IOException {
        Path run = Files.createDirectories(folder.resolve("by-hand"));
        Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":0.5}\nloss\n");
        assertThat(execute(RunStage.REPORT, pretraining("by-hand", 1))).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("Cannot report on " + run + ": Cannot read metrics.jsonl: line 2 is not JSON; mend the file");

        Files.writeString(run.resolve("stages.json"), "[]");
        assertThat(execute(RunStage.REPORT, pretraining("by-hand", 1))).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("Cannot read " + run.resolve("stages.json") + ": it is no JSON object");
    }

    @Test
    void aSecondCommandFindsEverythingDone() {
        assertThat(execute(RunStage.ALL, pretraining("twice", 1))).as(console()).isEqualTo(ExitCode.DONE);
        CONSOLE.reset();
        assertThat(execute(RunStage.ALL, pretraining("twice", 1))).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(console()).contains("done before: ").doesNotContain("data.train:");

        assertThat(execute(RunStage.REPORT, pretraining("twice", 1))).isEqualTo(ExitCode.DONE);
        assertThat(folder.resolve("twice/report.html")).content().contains("<p>Status: done, attempt 3</p>");
    }

    @Test
    void aRunTellsWhereItComputesWhichIsNotItsIdentity() {
        CONSOLE.reset();
        assertThat(execute(RunStage.TRAIN, pretraining("placed", 1)))
                .as(console())
                .isEqualTo(ExitCode.DONE);
        assertThat(console()).contains("computing on the CPU: the PyTorch library here is the one for CPUs");
        List<String> onTheCpu = pretraining("placed", 1);
        onTheCpu.add("model.device=cpu");
        assertThat(execute(RunStage.TRAIN, onTheCpu)).as(console()).isEqualTo(ExitCode.DONE);

        List<String> onAGpu = pretraining("gpu", 1);
        onAGpu.add("model.device=cuda");
        assertThat(execute(RunStage.TRAIN, onAGpu)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains(
                        "Cannot compute on cuda:0: the PyTorch library here is the one for CPUs. Build with the profile cuda124");
    }

    @Test
    void aFinishedRunDoesNotNeedItsTableAnyMore() throws IOException {
        Path table = Files.copy(world.pretrain(), folder.resolve("moving.jsonl"));
        List<String> sets = pretraining("moved", 1);
        sets.add("data.train.path=\"" + table + "\"");
        assertThat(execute(RunStage.TRAIN, sets)).as(console()).isEqualTo(ExitCode.DONE);
        Path elsewhere = Files.move(table, folder.resolve("moved-away.jsonl"));

        for (RunStage stage : List.of(RunStage.EXPORT, RunStage.EVALUATE, RunStage.REPORT, RunStage.ALL)) {
            assertThat(execute(stage, sets)).as(stage + console()).isEqualTo(ExitCode.DONE);
        }
        assertThat(folder.resolve("moved/model/model.safetensors")).exists();
        assertThat(execute(RunStage.PREPARE, sets)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("moving.jsonl does not exist; set data.train.path");

        // Another table in its place is another run.
        Files.writeString(table, Files.readString(elsewhere) + "{\"text\": \"one row more\"}\n");
        assertThat(execute(RunStage.ALL, sets)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("the first difference is input.table");
    }

    @Test
    void aRefusedTableLeavesItsReportAndQuarantineAndSaysWhere() throws IOException {
        Path table = Files.writeString(
                folder.resolve("bad.jsonl"),
                "{\"text\": \"the\"}\n{\"text\": 5}\n{\"text\": 6}\n{\"text\": \"no such words\"}\n");
        List<String> sets = pretraining("refused", 1);
        sets.add("data.train.path=\"" + table + "\"");
        assertThat(execute(RunStage.PREPARE, sets)).isEqualTo(ExitCode.REFUSED);

        JsonNode result = JSON.readTree(folder.resolve("refused/result.json").toFile());
        assertThat(result.path("reason").asText())
                .contains(
                        "3 of 4 rows are rejected (wrong-type: 2, tokenizer-error: 1; for example bad.jsonl:2, bad.jsonl:3,"
                                + " bad.jsonl:4)");
        assertThat(result.path("outputs").path("data_report").asText())
                .isEqualTo(folder.resolve("refused/data-report.json").toString());
        assertThat(result.path("outputs").path("quarantine").asText())
                .isEqualTo(folder.resolve("refused/quarantine").toString());
        assertThat(folder.resolve("refused/quarantine")).isDirectoryContaining("glob:**.parquet");
    }

    @Test
    void moreEpochsThanCanBePlannedAreRefusedAfterPreparing() {
        List<String> sets = pretraining("endless", -1);
        sets.add("training.epochs=2000000000");
        assertThat(execute(RunStage.PREPARE, sets)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .containsPattern("Cannot plan 2000000000 epochs of \\d+ rows: the plan takes \\d+\\.\\d GiB")
                .contains("lower training.epochs, or end the run with training.max-steps");

        List<String> ended = pretraining("ended", 1);
        ended.add("training.epochs=2000000000");
        assertThat(execute(RunStage.PREPARE, ended)).as(console()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aDryRunTellsAllAndLeavesNothing() throws IOException {
        List<String> sets = pretraining("dry", 1);
        sets.add("tables-directory=\"" + folder.resolve("dry-tables") + "\"");
        CONSOLE.reset();
        assertThat(prepare(sets, new PrepareOptions(true, null))).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(console()).contains(" rows kept, 0 rejected").contains("useful tokens; padded batches of 8 rows");
        assertThat(folder.resolve("dry")).doesNotExist();
        assertThat(folder.resolve("dry-tables")).isEmptyDirectory();

        Path table = Files.writeString(folder.resolve("dry.jsonl"), "{\"text\": 5}\n{\"text\": \"the\"}\n");
        sets.add("data.train.path=\"" + table + "\"");
        assertThat(prepare(sets, new PrepareOptions(true, null))).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("rejected: wrong-type: 1; for example dry.jsonl:1")
                .contains("Cannot train on " + table);
        assertThat(folder.resolve("dry")).doesNotExist();
    }

    @Test
    void tablesAreMadeWithoutTheModelsWeights() {
        List<String> sets = pretraining("described", 1);
        sets.add("model.initialize=null");
        sets.add("model.policy=\"" + requireNonNull(world.modelConfig().getParent()) + "\"");
        assertThat(prepare(sets, new PrepareOptions(false, null))).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(execute(RunStage.ALL, sets)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("safetensors");
    }

    @Test
    void renderedRowsAreWrittenWhereAsked() throws IOException {
        Path table = Files.writeString(
                folder.resolve("few.jsonl"),
                "{\"text\": \"the\"}\n{\"text\": 5}\n{\"text\": \"the E1\", \"id\": \"b\"}\n");
        List<String> sets = pretraining("rendered", 1);
        sets.add("data.train.path=\"" + table + "\"");
        sets.add("data.max-rejected-share=0.5");
        Path file = folder.resolve("rendered.jsonl");
        CONSOLE.reset();
        assertThat(prepare(sets, new PrepareOptions(false, file.toString())))
                .as(console())
                .isEqualTo(ExitCode.DONE);

        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(2);
        JsonNode second = JSON.readTree(lines.get(1));
        assertThat(second.path("id").asText()).isEqualTo("b");
        assertThat(second.path("prompt").asText()).isEmpty();
        assertThat(second.path("completions")).hasSize(1);
        assertThat(second.path("completions").path(0).asText()).isEqualTo("the E1");
        // The BOS is the prompt's, two words are the completion's.
        assertThat(second.path("ids").path("prompt")).hasSize(1);
        assertThat(second.path("ids").path("completions").path(0)).hasSize(2);
        assertThat(folder.resolve("tables")).isDirectoryNotContaining("glob:**rendered-*");
        assertThat(console()).contains("2 rendered rows with their ids").doesNotContain("the E1");
    }

    @Test
    void aTestThatCannotBeTakenIsRefusedBeforeTraining() throws IOException {
        List<String> missing = pretraining("missing-test", 1);
        missing.add("evaluation.tests=[{name=sums,kind=exact-match,path=\"" + folder.resolve("nowhere.jsonl") + "\"}]");
        assertThat(execute(RunStage.ALL, missing)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("nowhere.jsonl does not exist; set evaluation.tests.sums.path");
        assertThat(folder.resolve("missing-test/metrics.jsonl")).doesNotExist();

        List<String> unfit = pretraining("unfit-test", 1);
        Path rows = Files.writeString(folder.resolve("unfit.jsonl"), "{\"prompt\":\"a\",\"completion\":\"b\"}\n");
        unfit.add("evaluation.tests=[{name=best,kind=multiple-choice,path=\"" + rows + "\"}]");
        assertThat(execute(RunStage.ALL, unfit)).isEqualTo(ExitCode.REFUSED);
        assertThat(console())
                .contains("Cannot evaluate on ")
                .contains("set another evaluation.tests.best.path or kind");
        assertThat(folder.resolve("unfit-test/metrics.jsonl")).doesNotExist();
    }

    @Test
    void aLengthBeyondTheModelsPositionsIsLoweredWithAWarning() {
        List<String> sets = pretraining("long", 1);
        sets.add("data.max-length=100");
        CONSOLE.reset();
        assertThat(execute(RunStage.PREPARE, sets)).as(console()).isEqualTo(ExitCode.DONE);
        assertThat(console()).contains("warning: data.max-length 100 is lowered to 64, the positions of ");
        CONSOLE.reset();
        assertThat(execute(RunStage.PREPARE, pretraining("fitting", 1)))
                .as(console())
                .isEqualTo(ExitCode.DONE);
        assertThat(console()).doesNotContain("lowered");
    }

    @Test
    void aModelThatCannotBeFoundIsNamedAsSuch() {
        List<String> nowhere = pretraining("nowhere", 1);
        nowhere.add("model.initialize=null");
        nowhere.add("model.policy=\"" + folder.resolve("no-model") + "\"");
        assertThat(execute(RunStage.ALL, nowhere)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("there is no folder " + folder.resolve("no-model"));

        List<String> misnamed = pretraining("misnamed", 1);
        misnamed.add("model.initialize=\"" + folder.resolve("world/tiny.json") + "\"");
        assertThat(execute(RunStage.ALL, misnamed)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("model.initialize names a file config.json with tokenizer files beside it");
    }

    @Test
    void anotherLearningRateInTheSameDirectoryIsRefused() {
        assertThat(execute(RunStage.ALL, pretraining("first-rate", 1)))
                .as(console())
                .isEqualTo(ExitCode.DONE);
        List<String> other = pretraining("first-rate", 1);
        other.add("optimizer.learning-rate=2e-6");
        assertThat(execute(RunStage.ALL, other)).isEqualTo(ExitCode.REFUSED);
        assertThat(console()).contains("the first difference is optimizer.learning-rate");
    }

    private static Path shard(String run, int step, int rank) throws IOException {
        try (Stream<Path> checkpoints = Files.list(folder.resolve(run).resolve("checkpoints"))) {
            Path checkpoint = checkpoints
                    .filter(path -> path.getFileName().toString().startsWith(String.format("step-%08d.", step)))
                    .findFirst()
                    .orElseThrow();
            return checkpoint.resolve("rank-" + rank + "-of-" + RANKS + ".bin");
        }
    }

    private static List<Integer> steps(String run) throws IOException {
        List<Integer> steps = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"))) {
            steps.add(JSON.readTree(line).path("step").asInt());
        }
        return steps;
    }

    /** In the order in which TensorBoard reads them. */
    private static List<String> eventSteps(String run) throws IOException {
        List<String> steps = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve(run).resolve("tensorboard"))) {
            for (Path file : files.sorted().toList()) {
                EventFileReader.read(Files.readAllBytes(file)).stream()
                        .filter(event -> event.start() || event.scalars().containsKey("train/loss"))
                        .forEach(event -> steps.add((event.start() ? "start " : "") + event.step()));
            }
        }
        return steps;
    }

    private static ExitCode execute(RunStage stage, List<String> sets) {
        return commands.execute(ResolvedConfig.load(List.of(), sets), stage);
    }

    private static ExitCode prepare(List<String> sets, PrepareOptions options) {
        return commands.prepare(ResolvedConfig.load(List.of(), sets), options);
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
        sets.add("model.base=\"" + folder.resolve("before/model") + "\"");
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
                "checkpoint.every-steps=2",
                "tables-directory=\"" + folder.resolve("tables") + "\"",
                "cluster.ranks=" + RANKS + "",
                "cluster.max-restarts=0",
                "cluster.spark.\"spark.master\"=\"local[2]\"",
                "cluster.spark.\"spark.trimtab.ranksInProcess\"=\"true\""));
    }

    private static String console() {
        return CONSOLE.toString(StandardCharsets.UTF_8);
    }
}
