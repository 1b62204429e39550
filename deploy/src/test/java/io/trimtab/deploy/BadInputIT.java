package io.trimtab.deploy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.deploy.Trimtab.Outcome;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users really hand in: each is one clear error with exit code 2, or a counted rejection, and nothing of theirs is lost. */
@Execution(ExecutionMode.CONCURRENT)
class BadInputIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    static Path folder;

    private static Trimtab trimtab;

    @BeforeAll
    static void writeModelsAndTables() throws IOException {
        trimtab = SmallRuns.prepare(folder);
        trimtab.write("empty.jsonl", "");
        try (var lines = Files.lines(folder.resolve("world/labelled.jsonl"))) {
            Files.write(
                    folder.resolve("liked.jsonl"),
                    lines.filter(line -> line.contains("true")).toList());
        }
        Path shape = copyModel("other-shape").resolve("config.json");
        Files.writeString(
                shape,
                Files.readString(shape).replaceFirst("\"intermediate_size\"\\s*:\\s*128", "\"intermediate_size\": 64"));
        Path truncated = copyModel("truncated").resolve(WEIGHTS);
        byte[] bytes = Files.readAllBytes(truncated);
        Files.write(truncated, Arrays.copyOf(bytes, bytes.length - 1000));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        Files.write(copyModel("header").resolve(WEIGHTS), bytes);
        Path outside = copyModel("outside");
        Files.delete(outside.resolve(WEIGHTS));
        Files.writeString(outside.resolve("model.safetensors.index.json"), """
                {"metadata": {"total_size": 1}, "weight_map": {"model.embed_tokens.weight": "../sft/model/model.safetensors"}}
                """);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            missing-file      | data.train.path=nowhere.jsonl                       | nowhere.jsonl
            missing-column    | data.train.columns.chosen=better                    | better
            empty-table       | data.train.path=empty.jsonl                         | empty.jsonl
            one-class         | training.stage=kto data.train.path=liked.jsonl      | label
            other-base        | model.base=other-shape                              | other-shape
            same-models       | model.base=sft/model                                | set model.base to the model before SFT
            truncated-weights | model.policy=truncated                              | model.safetensors
            header-length     | model.policy=header                                 | header
            outside-index     | model.policy=outside                                | ../sft/model/model.safetensors
            no-directory      | run-directory=world/pairs.jsonl/run                 | set trimtab.run-directory
            no-change         | optimizer.learning-rate=1e-14 merge.alpha=1e-14     | ulp
            """)
    void isOneClearError(String name, String settings, String said) {
        refused(name, settings.split(" ")).contains(said);
    }

    /** What containers start with. */
    @Test
    void aPosixLocaleChangesNoLetters() {
        trimtab.write(
                "letters.conf",
                "trimtab { run-directory = \"Größe/ş\", model.policy = m, data.train.path = p,"
                        + " merge.rule = none }\n");

        assertThat(trimtab.runWith("LC_ALL", "POSIX", "config", "letters.conf")
                        .requireDone()
                        .output())
                .contains("trimtab.run-directory = \"Größe/ş\"");
    }

    @Test
    void badRowsAreCountedWithTheirReasonsAndQuarantined() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append("""
                    {"prompt":"<u> tell N%d <a>","chosen":" sure the A1 N1 B1 . </s>","rejected":" the A1 N1 B1 . </s>"}
                    """.formatted(i % 12));
        }
        rows.append("""
                {"prompt":"<u> tell N1 <a>","chosen":" the A1 N1 B1 . </s>"}
                {"prompt":"<u> tell N1 <a>","chosen":" the A1 N1 B1 . </s>","rejected":" the A1 N1 B1 . </s>"}
                {"prompt":"<u> tell N1 <a>","chosen":"","rejected":" the A1 N1 B1 . </s>"}
                {"chosen":"\\n\\nHuman: a\\n\\nAssistant: b","rejected":"\\n\\nHuman: c\\n\\nAssistant: d"}
                {broken
                """);
        byte[] text = rows.toString().getBytes(UTF_8);
        byte[] notUtf8 = "{\"prompt\":\"\u00ff\",\"chosen\":\"a\",\"rejected\":\"b\"}\n".getBytes(ISO_8859_1);
        byte[] all = Arrays.copyOf(text, text.length + notUtf8.length);
        System.arraycopy(notUtf8, 0, all, text.length, notUtf8.length);
        Files.write(folder.resolve("mixed.jsonl"), all);
        trimtab.write("mixed.conf", SmallRuns.dpo("mixed", 2));

        trimtab.run(
                        "prepare",
                        "mixed.conf",
                        "--set",
                        "data.train.path=mixed.jsonl",
                        "--set",
                        "data.max-rejected-share=0.5")
                .requireDone();

        JsonNode report = trimtab.json("mixed/data-report.json");
        assertThat(report.get("read").asInt()).isEqualTo(46);
        assertThat(report.get("kept").asInt()).isEqualTo(40);
        int rejected = 0;
        for (JsonNode count : report.get("rejected")) {
            rejected += count.asInt();
        }
        assertThat(rejected).isEqualTo(6);
        assertThat(report.get("quarantine").asText()).isNotEmpty();

        refused("too-many", "data.train.path=mixed.jsonl", "data.max-rejected-share=0.01")
                .contains("max-rejected-share");
    }

    @Test
    void rowsOverTheLimitAreDroppedAndCountedApart() {
        trimtab.write("long.conf", SmallRuns.dpo("long", 2));
        trimtab.run("prepare", "long.conf", "--set", "data.max-length=18").requireDone();
        JsonNode report = trimtab.json("long/data-report.json");
        assertThat(report.get("over_length").asInt()).isPositive();
        assertThat(report.get("kept").asInt() + report.get("over_length").asInt())
                .isEqualTo(report.get("read").asInt());
    }

    /** Eight words fewer, as before a tokenizer was extended: refused by name, or merged where both have rows. */
    @Test
    void baseOfAnotherVocabulary() throws IOException {
        Path template = copyModel("fewer-words-template");
        String config = Files.readString(template.resolve("config.json"));
        int words = JSON.readTree(config).get("vocab_size").asInt();
        int fewer = words - 8;
        Files.writeString(
                template.resolve("config.json"),
                config.replaceFirst("\"vocab_size\"\\s*:\\s*" + words, "\"vocab_size\": " + fewer));
        try (ModelFolder model = ModelFolder.open(folder.resolve("base/model"))) {
            ModelWriter.write(
                    folder.resolve("fewer-words"),
                    template,
                    WeightType.F32,
                    (tensor, offset, target, at, length) ->
                            model.readFloats(tensor.name(), offset, target, at, length));
        }

        refused("vocabulary", "model.base=fewer-words")
                .contains("model.embed_tokens.weight[" + fewer)
                .contains("merge.mismatch = common-rows");
        trimtab.write("vocabulary.conf", SmallRuns.dpo("vocabulary", 2));
        Outcome common = trimtab.run(
                        "run",
                        "vocabulary.conf",
                        "--set",
                        "model.base=fewer-words",
                        "--set",
                        "merge.mismatch=common-rows")
                .requireDone();
        assertThat(common.output())
                .contains("SFT delta of model.embed_tokens.weight")
                .contains("of its first " + fewer + " rows");
        assertThat(trimtab.metrics("vocabulary").get(0).get("merge/moved").asDouble())
                .isPositive();
    }

    /** Before Spark starts, each with its line or option; those of later versions by name. */
    @Test
    void allBadSettingsAreReportedTogether() {
        trimtab.write(
                "settings.conf",
                SmallRuns.dpo("settings", 2)
                        .replace("alpha = 2e-3", "alpha = 1.5")
                        .replace("density = 0.1", "density = 0"));
        refused(
                        "settings.conf",
                        List.of(
                                "trainig.stage=dpo",
                                "model.precision=fp16",
                                "loss.name=ipo",
                                "merge.interval=0",
                                "merge.rescale=l2",
                                "merge.tau-clip=-1"))
                .contains("8 problems")
                .contains("settings.conf: 8: trimtab.merge.alpha = 1.5")
                .contains("settings.conf: 8: trimtab.merge.density = 0")
                .contains("--set: trimtab.trainig: unknown key, did you mean 'trimtab.training'?")
                .contains("--set: trimtab.model.precision = fp16")
                .contains("--set: trimtab.loss.name = ipo")
                .contains("--set: trimtab.merge.interval = 0")
                .contains("--set: trimtab.merge.rescale = l2")
                .contains("--set: trimtab.merge.tau-clip = -1");
    }

    @Test
    void divergenceEndsWithFourAndIsNamed() {
        trimtab.write("diverged.conf", SmallRuns.dpo("diverged", 50));
        Outcome outcome = trimtab.run(
                "run",
                "diverged.conf",
                "--set",
                "optimizer.learning-rate=1e30",
                "--set",
                "optimizer.warmup-steps=0",
                "--set",
                "optimizer.max-gradient-norm=0");
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(4);
        JsonNode result = trimtab.json("diverged/result.json");
        assertThat(result.get("status").asText()).isEqualTo("diverged");
        assertThat(result.get("retryable").asBoolean()).isFalse();
    }

    /** Runs the small DPO configuration with these settings; asserts exit code 2 and returns what was said. */
    private static AbstractStringAssert<?> refused(String name, String... settings) {
        trimtab.write(name + ".conf", SmallRuns.dpo(name, 2));
        return refused(name + ".conf", List.of(settings));
    }

    private static AbstractStringAssert<?> refused(String file, List<String> settings) {
        List<String> arguments = new ArrayList<>(List.of("run", file));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        Outcome outcome = trimtab.run(arguments.toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
        assertThat(outcome.output()).doesNotContain("\tat io.trimtab").doesNotContain("Exception in thread");
        return assertThat(outcome.output());
    }

    private static Path copyModel(String name) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        try (var files = Files.list(folder.resolve("sft/model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }
}
