package io.trimtab.job.stages;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.CancelledException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.model.weights.TypedTensor;
import io.trimtab.model.weights.WeightFolder;
import io.trimtab.model.weights.WeightFolderWriter;
import io.trimtab.model.weights.WeightType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeStageTest {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String LAYER = "model.layers.%d.mlp.up_proj.weight";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Cancellation cancellation = Cancellation.none();

    @BeforeEach
    void writeModels() throws IOException {
        model("base", WeightType.F32, 1, 2);
        model("a", WeightType.F32, 2, 2);
        model("b", WeightType.F32, 4, 2);
    }

    @Test
    void resultIsAWholeModelFolderWithItsManifest() throws IOException {
        run("merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");

        assertThat(weights("merged", EMBEDDING)).containsOnly(3.0f);
        assertThat(names(folder.resolve("merged")))
                .containsExactly("config.json", "manifest.json", "merge.yml", "model.safetensors", "tokenizer.json");
        assertThat(folder.resolve("merged/tokenizer.json")).hasContent(tokenizer("a"));
        assertThat(folder.resolve("merged/manifest.json"))
                .content()
                .contains("\"kind\" : \"merge\"", "\"merge_method\" : \"linear\"", "crc32c");
        assertThat(text()).contains("merging  100%").contains("eta 0s").contains("merged linear of 2 models to ");
        assertThat(names(folder)).doesNotContain(".merged.unfinished");
    }

    @Test
    void theManifestNamesTheOptionsOverTheFile() throws IOException {
        Path file = Files.writeString(
                folder.resolve("order.yml"), "merge_method: linear\nmodels: [" + half("a") + "," + half("b") + "]\n");

        new MergeStage(new PrintStream(out, true, StandardCharsets.UTF_8), cancellation, 2)
                .run(file, List.of("models.1.parameters.weight=1.5", "dtype=bfloat16"), folder.resolve("merged"));

        assertThat(weights("merged", EMBEDDING)).containsOnly(3.5f);
        assertThat(folder.resolve("merged/manifest.json"))
                .content()
                .contains("\"set\" : \"models.1.parameters.weight=1.5, dtype=bfloat16\"");
    }

    @Test
    void twoRunsGiveEqualBytes() throws IOException {
        String[] dare = {
            "merge_method: dare_ties",
            "base_model: " + path("base"),
            "models: [{model: " + path("a") + ", parameters: {weight: 1, density: 0.5}}]"
        };
        run(dare);
        byte[] once = Files.readAllBytes(folder.resolve("merged/model.safetensors"));
        run(dare);

        assertThat(Files.readAllBytes(folder.resolve("merged/model.safetensors")))
                .isEqualTo(once);
    }

    @ParameterizedTest
    @EnumSource
    void anyTypeIsReadAndWritten(WeightType type) throws IOException {
        model("typed", type, 3, 2);
        run(
                "merge_method: linear",
                "models: [" + half("a") + "," + half("typed") + "]",
                "out_dtype: " + type.configName());

        assertThat(weights("merged", EMBEDDING)).containsOnly(2.5f);
        try (WeightFolder merged = WeightFolder.open(folder.resolve("merged"))) {
            assertThat(merged.tensors().values()).extracting(TypedTensor::type).containsOnly(type);
        }
        assertThat(folder.resolve("merged/config.json")).content().contains("\"" + type.configName() + "\"");
    }

    @Test
    void withoutATypeEachTensorKeepsThatOfTheBase() throws IOException {
        model("half", WeightType.BF16, 3, 2);
        run(
                "merge_method: slerp",
                "base_model: " + path("half"),
                "models: [{model: " + path("a") + "}]",
                "parameters: {t: 0}");

        try (WeightFolder merged = WeightFolder.open(folder.resolve("merged"))) {
            assertThat(merged.tensors().values()).extracting(TypedTensor::type).containsOnly(WeightType.BF16);
        }
    }

    @Test
    void aSweepWritesAFolderForEachValue() throws IOException {
        run(
                "merge_method: linear",
                "models: [{model: " + path("a") + "}, {model: " + path("b") + "}]",
                "sweep: {weight: [0.25, 1]}");

        assertThat(weights("merged-0.25", EMBEDDING)).containsOnly(3.5f);
        assertThat(weights("merged-1", EMBEDDING)).containsOnly(2.0f);
        assertThat(folder.resolve("merged-1/manifest.json")).content().contains("\"sweep.weight\" : \"1\"");
        assertThat(folder.resolve("merged")).doesNotExist();
    }

    @Test
    void slicesChangeTheNumberOfLayers() throws IOException {
        run(
                "merge_method: linear",
                "slices:",
                " - sources: [{model: " + path("a") + ", layer_range: [0, 2]}]",
                " - sources: [{model: " + path("b") + ", layer_range: [1, 2]}]",
                "parameters: {weight: 1}");

        assertThat(weights("merged", LAYER.formatted(1))).containsOnly(2.0f);
        assertThat(weights("merged", LAYER.formatted(2))).containsOnly(4.0f);
        assertThat(folder.resolve("merged/config.json")).content().contains("\"num_hidden_layers\" : 3");
    }

    @Test
    void kindsOfLayersFollowTheirNumberWhereTheyAreAlike() throws IOException {
        String slice = "merge_method: linear\nparameters: {weight: 1}\nslices: [{sources: [{model: " + path("a")
                + ", layer_range: [0, 1]}]}]";
        String config = config("llama", WeightType.F32, 2);
        Path file = folder.resolve("a/config.json");
        Files.writeString(file, config.replace("}", ", \"layer_types\": [\"full\", \"full\"]}"));

        run(slice);
        assertThat(folder.resolve("merged/config.json")).content().contains("\"layer_types\" : [ \"full\" ]");

        Files.writeString(file, config.replace("}", ", \"layer_types\": [\"full\", \"sliding\"]}"));
        assertRefused("has layers of several kinds", slice);
    }

    @Test
    void theNamedModelGivesItsTokenizer() throws IOException {
        run(
                "merge_method: linear",
                "models: [" + half("a") + "," + half("b") + "]",
                "tokenizer_source: " + path("base"));

        assertThat(folder.resolve("merged/tokenizer.json")).hasContent(tokenizer("base"));
    }

    @Test
    void aTokenizerWithMoreIdsThanRowsIsRefused() throws IOException {
        Files.writeString(folder.resolve("base/tokenizer.json"), "{\"model\": {\"vocab\": {\"x\": 0, \"z\": 16}}}");

        assertRefused(
                "it has ids up to 16 and tensor " + EMBEDDING + " has 16 rows as in " + path("a"),
                "merge_method: linear",
                "models: [" + half("a") + "," + half("b") + "]",
                "tokenizer_source: " + path("base"));
    }

    @Test
    void embeddingsStandForTheHeadOfAModelThatTiesThem() throws IOException {
        addHead("b", 8.0f);

        run("merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");

        assertThat(weights("merged", EMBEDDING)).containsOnly(3.0f);
        assertThat(weights("merged", "lm_head.weight")).containsOnly(5.0f);
        assertThat(folder.resolve("merged/config.json")).content().contains("\"tie_word_embeddings\" : false");
        assertThat(text()).contains("the result has a head of its own");
    }

    @Test
    void aHeadOfItsOwnIsRefusedWhereTheConfigTiesIt() throws IOException {
        String average = "merge_method: linear\nmodels: [" + half("a") + "," + half("b") + "]";
        addHead("b", 8.0f);
        tieHead("b");
        assertRefused("lm_head.weight holds other numbers than " + EMBEDDING, average);

        Files.delete(folder.resolve("b/model.safetensors"));
        model("b", WeightType.F32, 4, 2);
        addHead("b", 4.0f); // as the embeddings
        tieHead("b");
        run(average);
        assertThat(weights("merged", "lm_head.weight")).containsOnly(3.0f);
    }

    private void tieHead(String name) throws IOException {
        Path config = folder.resolve(name).resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("}", ", \"tie_word_embeddings\": true}"));
    }

    private void addHead(String name, float value) throws IOException {
        try (WeightFolder opened = WeightFolder.open(folder.resolve(name))) {
            List<TypedTensor> tensors = new ArrayList<>(opened.tensors().values());
            tensors.add(0, new TypedTensor("lm_head.weight", new long[] {16, 8}, WeightType.F32));
            Path target = Files.createDirectories(folder.resolve("with-head"));
            try (WeightFolderWriter writer = WeightFolderWriter.begin(target, tensors, Long.MAX_VALUE)) {
                float[] values = new float[16 * 8];
                Arrays.fill(values, value);
                writer.write("lm_head.weight", 0, values, values.length);
                for (TypedTensor tensor : opened.tensors().values()) {
                    opened.readFloats(tensor.name(), 0, values, values.length);
                    writer.write(tensor.name(), 0, values, values.length);
                }
                writer.finish();
            }
        }
        Files.move(
                folder.resolve("with-head/model.safetensors"),
                folder.resolve(name).resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void furtherChatTemplatesBelongToTheResult() throws IOException {
        Path templates = Files.createDirectory(folder.resolve("a/additional_chat_templates"));
        String[] average = {"merge_method: linear", "models: [" + half("a") + "," + half("b") + "]"};
        Path copy = folder.resolve("merged/additional_chat_templates/tool_use.jinja");
        for (String text : List.of("tools", "replaced")) {
            Files.writeString(templates.resolve("tool_use.jinja"), text);
            run(average);
            assertThat(copy).hasContent(text);
        }
        assertThat(folder.resolve("merged/manifest.json"))
                .content()
                .contains("additional_chat_templates/tool_use.jinja");
        assertThat(names(folder)).doesNotContain(".merged.unfinished", ".merged.unfinished.older");
    }

    @Test
    void theChatTemplateIsTheAskedOne() throws IOException {
        String models = "models: [" + half("a") + "," + half("b") + "]";
        Files.writeString(
                folder.resolve("a/tokenizer_config.json"), "{\"eos_token\": \"x\", \"chat_template\": \"first\"}");
        Files.writeString(folder.resolve("b/chat_template.jinja"), "second\n");

        run("merge_method: linear", models, "chat_template: '{{ messages[0].content }}'");
        assertThat(folder.resolve("merged/chat_template.jinja")).hasContent("{{ messages[0].content }}");
        assertThat(folder.resolve("merged/tokenizer_config.json"))
                .content()
                .contains("eos_token")
                .doesNotContain("chat_template");

        run("merge_method: linear", models, "chat_template: auto");
        assertThat(folder.resolve("merged/chat_template.jinja")).hasContent("first");

        Files.writeString(folder.resolve("base/chat_template.jinja"), "second");
        String three = "models: [" + half("a") + "," + half("b") + "," + half("base") + "]";
        run("merge_method: linear", three, "chat_template: auto");
        assertThat(folder.resolve("merged/chat_template.jinja")).hasContent("second");
    }

    @Test
    void anOlderMergeIsReplacedAndNothingElse() throws IOException {
        run("merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");
        run("merge_method: linear", "models: [" + half("a") + "," + half("base") + "]");
        assertThat(weights("merged", EMBEDDING)).containsOnly(1.5f);

        Files.delete(folder.resolve("merged/manifest.json"));
        assertRefused(
                "something is there that is no merge of ours",
                "merge_method: linear",
                "models: [" + half("a") + "," + half("b") + "]");
        assertThat(weights("merged", EMBEDDING)).containsOnly(1.5f);
    }

    @Test
    void aFailedMergeLeavesTheOlderOneAsItWas() throws IOException {
        run("merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");
        List<String> before = names(folder.resolve("merged"));
        damage("b", 200, Float.NaN);

        assertRefused(
                "of " + path("b") + " is NaN", "merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");

        assertThat(weights("merged", EMBEDDING)).containsOnly(3.0f);
        assertThat(names(folder.resolve("merged"))).isEqualTo(before);
        assertThat(names(folder)).doesNotContain(".merged.unfinished");
    }

    @Test
    void aStopLeavesTheOlderOneAsItWas() throws IOException {
        run("merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");
        cancellation.request();

        assertThatThrownBy(() -> run("merge_method: linear", "models: [" + half("a") + "," + half("base") + "]"))
                .isInstanceOf(CancelledException.class);
        assertThat(weights("merged", EMBEDDING)).containsOnly(3.0f);
    }

    @Test
    void anInputIsNeverWrittenOver() throws IOException {
        run("merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");

        assertRefused(
                "lies there and is read; name another folder",
                "merge_method: linear",
                "models: [" + half("a") + "," + half("merged") + "]");
        assertThat(weights("merged", EMBEDDING)).containsOnly(3.0f);
    }

    @Test
    void aDamagedMergeIsFoundByItsChecksum() throws IOException {
        run("merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");
        Files.move(folder.resolve("merged"), folder.resolve("first"));
        damage("first", 4, 3.0000002f);

        assertRefused(
                "its checksum differs", "merge_method: linear", "models: [" + half("a") + "," + half("first") + "]");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        Path file = folder.resolve("b/model.safetensors");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 4);
        }

        assertRefused("it is cut off", "merge_method: linear", "models: [" + half("a") + "," + half("b") + "]");
    }

    @Test
    void modelsThatDoNotBelongTogetherAreRefused() throws IOException {
        model("larger", WeightType.F32, 3, 3);
        assertRefused(
                "tensor " + LAYER.formatted(2) + " of " + path("a") + " is missing and other models have it",
                "merge_method: linear",
                "models: [" + half("a") + "," + half("larger") + "]");
        Files.writeString(folder.resolve("b/config.json"), config("bert", WeightType.F32, 2));
        assertRefused(
                "the models are of different kinds: model_type is \"bert\"",
                "merge_method: linear",
                "models: [" + half("a") + "," + half("b") + "]");
    }

    @Test
    void otherWordsForTheSameIdsAreRefusedOrKept() throws IOException {
        Files.writeString(folder.resolve("b/tokenizer.json"), "{\"model\": {\"vocab\": {\"x\": 0, \"q\": 1}}}");
        String models = "models: [" + half("a") + "," + half("b") + "]";

        assertRefused("the vocabularies differ: id 1 is 'q' in ", "merge_method: linear", models);

        run("merge_method: linear", models, "mismatch: keep-base");
        assertThat(weights("merged", EMBEDDING)).containsOnly(2.0f);
        assertThat(weights("merged", LAYER.formatted(0))).containsOnly(3.0f);
        assertThat(text()).contains("note: " + EMBEDDING + ": kept as in " + path("a") + ", the vocabularies differ");
    }

    @Test
    void whatWouldChangeNothingIsSaid() throws IOException {
        model("same", WeightType.F32, 1, 2);
        String ties = "merge_method: ties\nbase_model: " + path("base") + "\nparameters: {weight: 1}";

        assertRefused(
                "Nothing would change: every merged weight of " + path("same"),
                ties,
                "models: [{model: " + path("same") + "}]");
        assertRefused("are the same folder", ties, "models: [{model: " + folder.resolve("a/../base") + "}]");
        run(ties, "models: [{model: " + path("same") + "}, {model: " + path("a") + "}]");
        assertThat(text()).contains("note: every weight of " + path("same") + " equals that of " + path("base"));
    }

    @Test
    void whatIsNotALocalFolderIsRefused() {
        assertRefused("there is no folder ", "merge_method: linear", "models: [{model: no/such}]");
        assertRefused("models are local folders here", "merge_method: linear", "models: [{model: 's3://x/y'}]");
        assertRefused(
                "adapters (model+adapter) are not merged here",
                "merge_method: linear",
                "models: [{model: " + path("a") + "+lora}]");
    }

    @Test
    void valuesBeyondHalfPrecisionAreRefused() throws IOException {
        model("large", WeightType.F32, 200_000, 2);

        assertRefused(
                "would become infinite",
                "merge_method: linear",
                "models: [" + half("a") + "," + half("large") + "]",
                "dtype: float16");
        assertThat(folder.resolve("merged")).doesNotExist();
    }

    private void run(String... lines) throws IOException {
        Path file = Files.writeString(folder.resolve("order.yml"), String.join("\n", lines) + "\n");
        new MergeStage(new PrintStream(out, true, StandardCharsets.UTF_8), cancellation, 2)
                .run(file, List.of(), folder.resolve("merged"));
    }

    private void assertRefused(String message, String... lines) {
        assertThatThrownBy(() -> run(lines)).satisfies(thrown -> {
            Failure failure = Failure.of(thrown);
            assertThat(failure.message()).contains(message);
            assertThat(failure.exitCode()).isEqualTo(ExitCode.REFUSED);
        });
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private Path path(String model) {
        return folder.resolve(model);
    }

    private String half(String model) {
        return "{model: " + path(model) + ", parameters: {weight: 0.5}}";
    }

    private float[] weights(String model, String tensor) {
        try (WeightFolder opened = WeightFolder.open(folder.resolve(model))) {
            float[] values = new float
                    [(int) Arrays.stream(
                                    requireNonNull(opened.tensors().get(tensor)).shape())
                            .reduce(1, (a, b) -> a * b)];
            opened.readFloats(tensor, 0, values, values.length);
            return values;
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    /** Overwrites a weight so many bytes before the end. */
    private void damage(String model, int beforeEnd, float value) throws IOException {
        try (FileChannel channel =
                FileChannel.open(folder.resolve(model).resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            channel.write(
                    ByteBuffer.allocate(Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putFloat(value)
                            .flip(),
                    channel.size() - beforeEnd);
        }
    }

    /** Every weight has the same value. */
    private void model(String name, WeightType type, float value, int layers) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        List<TypedTensor> tensors = Stream.concat(
                        Stream.of(EMBEDDING),
                        Stream.iterate(0, l -> l < layers, l -> l + 1).map(LAYER::formatted))
                .map(tensor -> new TypedTensor(tensor, new long[] {16, 8}, type))
                .toList();
        try (WeightFolderWriter writer = WeightFolderWriter.begin(target, tensors, Long.MAX_VALUE)) {
            float[] values = new float[16 * 8];
            Arrays.fill(values, value);
            tensors.forEach(tensor -> writer.write(tensor.name(), 0, values, values.length));
            writer.finish();
        }
        Files.writeString(target.resolve("config.json"), config("llama", type, layers));
        Files.writeString(target.resolve("tokenizer.json"), tokenizer(name));
    }

    private static String config(String kind, WeightType type, int layers) {
        return "{\"model_type\": \"%s\", \"vocab_size\": 16, \"num_hidden_layers\": %d, \"torch_dtype\": \"%s\"}"
                .formatted(kind, layers, type.configName());
    }

    /** The same tokens in every model. */
    private static String tokenizer(String name) {
        return "{\"note\": \"" + name + "\", \"model\": {\"vocab\": {\"x\": 0, \"y\": 1}}}";
    }
}
