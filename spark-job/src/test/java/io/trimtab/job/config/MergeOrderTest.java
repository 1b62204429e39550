package io.trimtab.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.merge.offline.HmaSettings;
import io.trimtab.merge.offline.MergeMethod;
import io.trimtab.merge.offline.MergeRecipe;
import io.trimtab.merge.offline.MergeRecipe.Input;
import io.trimtab.merge.offline.MergeRecipe.Layers;
import io.trimtab.merge.offline.MergeRecipe.Slice;
import io.trimtab.merge.offline.MergeRecipe.Sweep;
import io.trimtab.merge.offline.Mismatch;
import io.trimtab.merge.offline.Setting;
import io.trimtab.merge.offline.Setting.Choice;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeOrderTest {

    /** mergekit's own example of TIES, with shorter names of models. */
    private static final String TIES = """
            models:
              - model: orca
                parameters:
                  density: [1, 0.7, 0.1] # density gradient
                  weight: 1.0
              - model: platypus
                parameters:
                  density: 0.5
                  weight: [0, 0.3, 0.7, 1] # weight gradient
              - model: wizard
                parameters:
                  density: 0.33
                  weight:
                    - filter: mlp
                      value: 0.5
                    - value: 0
            merge_method: ties
            base_model: llama
            parameters:
              normalize: true
              int8_mask: true
            dtype: float16
            """;

    @TempDir
    private Path folder;

    @Test
    void optionsStandOverTheFile() throws IOException {
        Path yaml = write("sets.yml", TIES);
        Path hocon = write("sets.conf", """
                merge-models { merge_method = ties, base_model = llama, dtype = float16
                  models = [ { model = orca, parameters.density = 0.5 }, { model = wizard } ]
                }
                """);

        for (Path file : List.of(yaml, hocon)) {
            MergeOrder order = MergeOrder.read(
                    file,
                    List.of(
                            "trimtab.merge-models.dtype=bfloat16",
                            "merge-models.merge-method=dare_ties",
                            "models.0.parameters.density=[0.25, 0.75]",
                            "parameters.normalize=false",
                            "training.max-steps=20"));

            assertThat(order.type()).contains(WeightType.BF16);
            assertThat(order.recipe().method()).isEqualTo(MergeMethod.DARE_TIES);
            assertThat(order.recipe()
                            .slices()
                            .get(0)
                            .inputs()
                            .get(0)
                            .parameters()
                            .get("density"))
                    .isEqualTo(Setting.of("0.25", "0.75"));
            assertThat(order.sets()).hasSize(4).doesNotContain("training.max-steps=20");
            assertThat(order.notes()).contains("trimtab.training.max-steps is ignored: it belongs to runs");
        }
    }

    @Test
    void optionsThatFitNothingAreRefused() {
        assertThatThrownBy(() -> MergeOrder.read(write("sets.yml", TIES), List.of("dtipe=float16")))
                .hasMessageContaining("--set: unknown key dtipe, did you mean 'dtype'?");
        assertThatThrownBy(() -> MergeOrder.read(
                        write("sets.yml", TIES), List.of("models.3.model=x", "models.first.model=y", "dtype")))
                .hasMessageContaining("--set models.3.model=x: '3' is no place in a list of 3, counted from 0")
                .hasMessageContaining("--set models.first.model=y: 'first' is no place in a list of 3")
                .hasMessageContaining("--set dtype: must be key=value");
    }

    @Test
    void aMergekitFileIsTakenAsItIs() throws IOException {
        MergeOrder order = yaml(TIES);

        assertThat(order.recipe())
                .isEqualTo(new MergeRecipe(
                        MergeMethod.TIES,
                        "llama",
                        List.of(new Slice(
                                List.of(
                                        input(
                                                "orca",
                                                Map.of(
                                                        "density",
                                                        Setting.of("1", "0.7", "0.1"),
                                                        "weight",
                                                        Setting.of("1.0"))),
                                        input(
                                                "platypus",
                                                Map.of(
                                                        "density", Setting.of("0.5"),
                                                        "weight", Setting.of("0", "0.3", "0.7", "1"))),
                                        input(
                                                "wizard",
                                                Map.of(
                                                        "density",
                                                        Setting.of("0.33"),
                                                        "weight",
                                                        new Setting(List.of(
                                                                new Choice("mlp", List.of("0.5")),
                                                                new Choice(null, List.of("0"))))))),
                                null,
                                Map.of())),
                        Map.of("normalize", Setting.of("true"), "int8_mask", Setting.of("true")),
                        Optional.empty(),
                        Optional.empty(),
                        Mismatch.REFUSE,
                        42));
        assertThat(order.type()).contains(WeightType.F16);
        assertThat(order.tokenizerSource()).isEmpty();
        assertThat(order.notes()).containsExactly("int8_mask is ignored: masks are not kept in memory");
    }

    @Test
    void hoconSaysTheSame() throws IOException {
        Path file = write("merge.conf", """
                trimtab.merge-models {
                  merge-method = ties
                  base_model = llama
                  models = [
                    { model = orca, parameters { density = [1, 0.7, 0.1], weight = 1 } }
                    { model = platypus, parameters { density = 0.5, weight = [0, 0.3, 0.7, 1] } }
                    { model = wizard, parameters { density = 0.33, weight = [{ filter = mlp, value = 0.5 }, { value = 0 }] } }
                  ]
                  parameters { normalize = true, int8_mask = true }
                  dtype = float16
                }
                """);

        assertThat(MergeOrder.read(file, List.of())).isEqualTo(yaml(TIES.replace("1.0", "1")));
    }

    @Test
    void slicesHaveTheirLayersAndParameters() throws IOException {
        MergeOrder order = yaml("""
                slices:
                  - sources:
                      - model: a
                        layer_range: [0, 40]
                      - model: b
                        layer_range: [0, 40]
                        parameters: {weight: 2}
                    parameters: {normalize: false}
                merge_method: linear
                out_dtype: bfloat16
                dtype: float32
                tokenizer_source: b
                """);

        assertThat(order.recipe().slices())
                .containsExactly(new Slice(
                        List.of(
                                new Input("a", Optional.of(new Layers(0, 40)), Map.of()),
                                new Input("b", Optional.of(new Layers(0, 40)), Map.of("weight", Setting.of("2")))),
                        null,
                        Map.of("normalize", Setting.of("false"))));
        assertThat(order.type()).contains(WeightType.BF16);
        assertThat(order.tokenizerSource()).contains("b");
    }

    @Test
    void sweepMismatchAndSeedAreOurs() throws IOException {
        MergeOrder order = yaml("""
                models: [{model: a}, {model: b}]
                merge_method: linear
                sweep: {weight: [0.2, 0.40]}
                mismatch: common-rows
                seed: 7
                tokenizer: {source: base}
                """);

        assertThat(order.recipe().sweep())
                .contains(new Sweep("weight", List.of(new BigDecimal("0.2"), new BigDecimal("0.40"))));
        assertThat(order.recipe().mismatch()).isEqualTo(Mismatch.COMMON_ROWS);
        assertThat(order.recipe().seed()).isEqualTo(7);
        assertThat(order.tokenizerSource()).contains("a");
    }

    @Test
    void theFormThatMergekitWritesOutIsUnderstood() throws IOException {
        MergeOrder order = yaml("""
                base_model:
                  model: {path: base}
                dtype: bfloat16
                merge_method: task_arithmetic
                name: my-merge
                chat_template: auto
                slices:
                - sources:
                  - layer_range: [0, 2]
                    model: {model: {path: base}}
                  - layer_range: [0, 2]
                    model: {model: {path: org/a}}
                    parameters: {weight: 0.5}
                """);

        assertThat(order.recipe().models()).containsExactly("base", "org/a");
        assertThat(order.chatTemplate()).contains("auto");
        assertThat(order.notes()).containsExactly("name is ignored: the folder of --output names the result");
    }

    @Test
    void hmaNamesItsDirection() throws IOException {
        assertThat(hma("{alpha: [0.2, 0.4], alpha-on: base}").recipe().hma())
                .contains(new HmaSettings(List.of(0.2, 0.4), true, false));
        assertThat(hma("{alpha: 0.5, s: [0, 0, 0], eps: 0.1, alpha_on: model, semantics: released}")
                        .recipe()
                        .hma()
                        .orElseThrow()
                        .alphas())
                .containsExactly(0.5, 0.5, 0.5);
        assertThatThrownBy(() -> hma("{alpha: [0.2]}"))
                .hasMessageContaining("merge.yml: 4: hma.alpha-on is not set; base:");
        assertThatThrownBy(() -> hma("{alpha: 0.2, alpha_on: base}"))
                .hasMessageContaining(
                        "hma.alpha must be a list, one coefficient for each block, or one number beside a list s");
    }

    private MergeOrder hma(String group) throws IOException {
        return yaml("merge_method: hma\nbase_model: sft\nmodels: [{model: dpo}]\nhma: " + group + "\n");
    }

    @Test
    void whatAMethodDoesNotUseIsNamed() throws IOException {
        MergeOrder order = yaml("""
                merge_method: task_arithmetic
                base_model: a
                models: [{model: b, parameters: {weight: 1, density: 0.5}}]
                parameters: {t: 0.3}
                """);

        assertThat(order.notes())
                .containsExactly(
                        "density is ignored: task_arithmetic does not use it",
                        "t is ignored: task_arithmetic does not use it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "merge_method: passthrough | merge.yml: 3: merge_method passthrough is not done; these are: [linear,",
                "merge_method: linear, modules: {} | modules is not done: the parts of a model are merged alike",
                "merge_method: linear, tokenizer_source: union | tokenizer_source union is not done",
                "merge_method: linear, tokenizer: {source: a, tokens: {}} | tokens is not done",
                "merge_method: linear, chat_template: chatml | chat_template must be auto or the text of a Jinja template",
                "merge_method: linear, base_model: {model: {path: x, revision: main}} | revision is not done: models are",
                "merge_method: linear, base_model: {model: x, lora: y} | lora is not done: adapters are not merged here",
                "merge_method: linear, base_model: {} | base_model names no folder; write base_model: FOLDER",
                "merge_method: linear, tokenizer: {source: a}, tokenizer_source: b | either tokenizer or tokenizer_source",
                "merge_method: linear, parameter: {} | unknown key parameter, did you mean 'parameters'?",
                "merge_method: linear, parameters: {wieght: 1} | unknown key wieght, did you mean 'weight'?",
                "merge_method: linear, parameters: {weight: [1, x]} | weight must be a number: x",
                "merge_method: linear, parameters: {normalize: maybe} | normalize must be true or false: maybe",
                "merge_method: dare_ties, parameters: {rescale: l2} | rescale must be l1, inverse-density, none,",
                "merge_method: linear, dtype: int4 | dtype must be one of [float64, float32, float16, bfloat16]: int4",
                "merge_method: linear, mismatch: cut | mismatch must be one of [refuse, keep_base, common_rows]: cut",
                "merge_method: linear, sweep: {weight: [0.2, 0.20]} | sweep has a value twice",
                "merge_method: linear, sweep: {weight: [0.2], t: [1]} | sweep must name one of [weight, lambda, t]",
                "merge_method: linear, slices: [] | either models or slices must be set, not both",
                "merge_method: hma | hma is not set; merge_method hma needs hma",
                "base_model: a | merge_method is not set",
            })
    void whatIsNotDoneIsRefusedByName(String keys, String problem) {
        assertThatThrownBy(() -> yaml("models: [{model: a}]\n\n"
                        + keys.replaceAll(", (?=[a-z_]+: )", "\n")
                                .replace("{source: a\ntokens", "{source: a, tokens")
                                .replace("[0.2]\nt:", "[0.2], t:")
                                .replace("x\nrevision", "x, revision")
                                .replace("x\nlora", "x, lora")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void everyProblemIsNamedAtOnceWithItsLine() {
        assertThatThrownBy(() -> yaml("models:\n  - modle: a\nmerge_method: linear\nseed: x\n"))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        place(2) + ": unknown key modle, did you mean 'model'?",
                                        place(2) + ": model is not set; it names a model folder",
                                        place(4) + ": seed must be a number: x"));
    }

    @Test
    void whatIsNotYamlIsRefusedWithItsLine() {
        assertThatThrownBy(() -> yaml("models: [\nmerge_method: x: y\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(place(2));
        assertThatThrownBy(() -> yaml("a: 1\na: 2\n")).hasMessageContaining(place(2) + ": a is set twice");
        assertThatThrownBy(() -> yaml("a: &x [*x]\n")).hasMessageContaining("nested more than 32 deep");
        assertThatThrownBy(() -> yaml("")).hasMessageContaining("the file is empty");
        assertThatThrownBy(() -> yaml("- a\n")).hasMessageContaining("the file must be a group of keys: [a]");
    }

    @Test
    void nothingOfAClassThatAFileNamesIsMade() {
        assertThatThrownBy(() -> yaml("!!javax.script.ScriptEngineManager [!!java.net.URL [\"http://127.0.0.1:9\"]]\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Global tag is not allowed");
    }

    @Test
    void hoconWithoutTheGroupIsRefused() throws IOException {
        Path file = write("merge.conf", "trimtab { run-directory = x }");

        assertThatThrownBy(() -> MergeOrder.read(file, List.of())).hasMessageContaining("has no group merge-models");
        assertThatThrownBy(() -> MergeOrder.read(folder.resolve("none.yml"), List.of()))
                .hasMessageContaining("there is no such file");
    }

    private static Input input(String model, Map<String, Setting> parameters) {
        return new Input(model, Optional.empty(), parameters);
    }

    private String place(int line) {
        return folder.resolve("merge.yml") + ": " + line;
    }

    private MergeOrder yaml(String text) throws IOException {
        return MergeOrder.read(write("merge.yml", text), List.of());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
