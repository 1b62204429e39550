package io.trimtab.merge.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.merge.offline.MergeRecipe.Input;
import io.trimtab.merge.offline.MergeRecipe.Layers;
import io.trimtab.merge.offline.MergeRecipe.Slice;
import io.trimtab.merge.offline.MergeRecipe.Sweep;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What cannot be merged is named before anything is written; what differs only in rows may be merged in part. */
class MergePlanTest {

    @Test
    void tensorOfAnotherShapeIsRefusedByName() {
        Map<String, MemoryModel> models = Map.of("a", embedding(3, 1), "b", embedding(2, 2));

        assertThatThrownBy(() -> linear().result(models))
                .isInstanceOf(MergeException.class)
                .hasMessage(
                        "Cannot merge, tensor model.embed_tokens.weight of b has shape [2, 2] and that of a [3, 2]; set"
                                + " mismatch: keep-base to take the base's, or common-rows to merge the rows that all have");
    }

    @Test
    void tensorOfAnotherShapeIsKeptWhereAskedFor() {
        Shape one = new Shape(List.of(1L));
        Map<String, MemoryModel> models = Map.of(
                "a", embedding(3, 1).with("w", one, 1), "b", embedding(2, 2).with("w", one, 2));

        assertThat(linear().mismatch(Mismatch.KEEP_BASE).result(models).values("model.embed_tokens.weight"))
                .containsExactly(1, 1, 1, 1, 1, 1);
        assertThat(linear().mismatch(Mismatch.COMMON_ROWS).result(models).values("model.embed_tokens.weight"))
                .containsExactly(1.5f, 1.5f, 1.5f, 1.5f, 1, 1);
    }

    @Test
    void columnsAreNeverCut() {
        Map<String, MemoryModel> models = Map.of(
                "a", new MemoryModel().with("w", new Shape(List.of(1L, 2L)), 1, 1),
                "b", new MemoryModel().with("w", new Shape(List.of(1L, 1L)), 2));

        assertThatThrownBy(() -> linear().mismatch(Mismatch.COMMON_ROWS).result(models))
                .hasMessage(
                        "Cannot merge, tensor w of b has shape [1, 1] and that of a [1, 2]; set mismatch: keep-base to"
                                + " take the base's");
    }

    @Test
    void missingTensorIsRefusedByName() {
        Map<String, MemoryModel> models =
                Map.of("a", embedding(2, 1).with("extra", new Shape(List.of(1L)), 5), "b", embedding(2, 2));

        assertThatThrownBy(() -> linear().result(models))
                .hasMessage("Cannot merge, tensor extra of b is missing and other models have it: [a]; set mismatch:"
                        + " keep-base to take the base's");
        assertThat(linear().mismatch(Mismatch.KEEP_BASE).result(models).values("extra"))
                .containsExactly(5);
    }

    @Test
    void tensorMissingInTheBaseCannotBeKept() {
        Map<String, MemoryModel> models =
                Map.of("a", embedding(2, 1), "b", embedding(2, 2).with("extra", new Shape(List.of(1L)), 5));

        assertThatThrownBy(() -> linear().mismatch(Mismatch.KEEP_BASE).result(models))
                .hasMessage("Cannot merge, tensor extra of a is missing and other models have it: [b]");
    }

    @Test
    void differingVocabulariesKeepTheBaseRows() {
        Map<String, MemoryModel> models = Map.of("a", embedding(2, 1), "b", embedding(2, 2));
        MergePlan plan = MergePlan.of(linear().recipe(), Map.copyOf(models), Set.of("model.embed_tokens.weight"));

        assertThat(plan.notes()).containsExactly("model.embed_tokens.weight: kept as in a, the vocabularies differ");
    }

    @Test
    void weightsThatSumToZeroAreRefused() {
        Recipes linear =
                Recipes.of(MergeMethod.LINEAR).model("a", "weight", 0.5).model("b", "weight", -0.5);
        Recipes ties =
                Recipes.of(MergeMethod.TIES).base("a").model("b", "weight", 0.5).model("c", "weight", -0.5);
        Map<String, MemoryModel> models = Map.of("a", embedding(1, 1), "b", embedding(1, 2), "c", embedding(1, 3));

        for (Recipes recipe : List.of(linear, ties)) {
            assertThatThrownBy(() -> recipe.result(models))
                    .hasMessage("Cannot merge tensor model.embed_tokens.weight, the weights [0.5, -0.5] sum to 0 and"
                            + " normalize divides by that; change a weight or set normalize: false");
        }
        assertThat(linear.parameter("normalize", false).result(models).values("model.embed_tokens.weight"))
                .containsExactly(-0.5f, -0.5f);
    }

    @Test
    void aGradientMayBeginAtTheBase() {
        Map<String, MemoryModel> models = Map.of("base", layers(3, 1), "a", layers(3, 2));
        MemoryModel merged = Recipes.of(MergeMethod.TIES)
                .base("base")
                .model("a", "weight", Setting.of("0", "1"))
                .parameter("normalize", false)
                .result(models);

        assertThat(merged.values(layer(0))).containsExactly(1.0f);
        assertThat(merged.values(layer(1))).containsExactly(1.5f);
        assertThat(merged.values(layer(2))).containsExactly(2.0f);
        assertThat(merged.values("model.norm.weight")).containsExactly(1.0f);
    }

    @Test
    void aBaseThatEqualsTheModelIsNoMerge() {
        Map<String, MemoryModel> models = Map.of("base", embedding(2, 1), "a", embedding(2, 1));

        assertThatThrownBy(() -> Recipes.of(MergeMethod.TIES)
                        .base("base")
                        .model("a", "weight", 1)
                        .result(models))
                .isInstanceOf(MergeException.class)
                .hasMessage(
                        "Nothing would change: every merged weight of a equals that of base; name the model that was trained");
    }

    @Test
    void oneModelThatEqualsTheBaseIsNamed() {
        Map<String, MemoryModel> models = Map.of("base", embedding(2, 1), "a", embedding(2, 1), "b", embedding(2, 2));
        MergeRecipe recipe = Recipes.of(MergeMethod.TASK_ARITHMETIC)
                .base("base")
                .model("a", "weight", 1)
                .model("b", "weight", 1)
                .recipe();
        MergePlan plan = MergePlan.of(recipe, Map.copyOf(models), Set.of());

        assertThat(new MergeRun(plan, List.of(MemoryModel.like(plan)), entries -> {}).run(1))
                .containsExactly("a");
    }

    @Test
    void damagedValuesAreRefusedWithTheirPlace() {
        for (float damaged : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 0x1.0p100f}) {
            MemoryModel broken = embedding(2, 2);
            broken.values("model.embed_tokens.weight")[3] = damaged;

            assertThatThrownBy(() -> linear().result(Map.of("a", embedding(2, 1), "b", broken)))
                    .isInstanceOf(MergeException.class)
                    .hasMessage("Cannot merge, entry 3 of tensor model.embed_tokens.weight of b is " + damaged
                            + ", which no trained weight is: the file is damaged or the training diverged; copy the model"
                            + " again");
        }
    }

    @Test
    void methodsRefuseTheWrongNumberOfModels() {
        Map<String, MemoryModel> models = Map.of("a", embedding(1, 1), "b", embedding(1, 2), "c", embedding(1, 3));

        assertThatThrownBy(() ->
                        Recipes.of(MergeMethod.TIES).model("a", "weight", 1).result(models))
                .hasMessage("Cannot merge, ties needs a base_model and none is named");
        assertThatThrownBy(() -> Recipes.of(MergeMethod.SLERP)
                        .base("a")
                        .model("b")
                        .model("c")
                        .result(models))
                .hasMessageStartingWith("Cannot merge, slerp needs exactly one model beside its base_model and has 2");
        assertThatThrownBy(() -> Recipes.of(MergeMethod.NUSLERP)
                        .base("a")
                        .model("b")
                        .model("a")
                        .result(models))
                .hasMessageStartingWith("Cannot merge, nuslerp needs exactly two models beside a base_model and has 1");
        assertThatThrownBy(() ->
                        Recipes.of(MergeMethod.MODEL_STOCK).base("a").model("b").result(models))
                .hasMessageStartingWith("Cannot merge, model_stock needs at least two models");
        assertThatThrownBy(() -> linear().model("b").result(models))
                .hasMessage("Cannot merge, model b is listed twice; sum its weights");
    }

    @Test
    void parametersOutOfRangeAreRefusedWithTheTensor() {
        Map<String, MemoryModel> models = Map.of("a", embedding(1, 1), "b", embedding(1, 2));

        assertThatThrownBy(
                        () -> Recipes.of(MergeMethod.TIES).base("a").model("b").result(models))
                .hasMessage(
                        "Cannot merge tensor model.embed_tokens.weight, ties needs parameter weight for b and it is not"
                                + " set");
        assertThatThrownBy(() -> Recipes.of(MergeMethod.TIES)
                        .base("a")
                        .model("b", "weight", 1, "density", 1.5)
                        .result(models))
                .hasMessage(
                        "Cannot merge tensor model.embed_tokens.weight, parameter density must be between 0 and 1: 1.5");
        assertThatThrownBy(() -> Recipes.of(MergeMethod.DELLA)
                        .base("a")
                        .model("b", "weight", 1, "density", 0.1)
                        .result(models))
                .hasMessageContaining(
                        "parameter epsilon must be such that density 0.1 plus and minus epsilon lie between");
        assertThatThrownBy(() -> Recipes.of(MergeMethod.TIES)
                        .base("a")
                        .model("b", "weight", 1)
                        .parameter("rescale", "inverse-density")
                        .result(models))
                .hasMessageContaining("parameter rescale must be l1 or none, because ties keeps nothing by chance");
    }

    @Test
    void aSweepNeedsItsParameter() {
        Map<String, MemoryModel> models = Map.of("a", embedding(1, 1), "b", embedding(1, 2), "c", embedding(1, 3));
        Sweep weights = new Sweep("weight", List.of(BigDecimal.ONE));

        assertThatThrownBy(() -> Recipes.of(MergeMethod.SLERP)
                        .base("a")
                        .model("b")
                        .sweep(weights)
                        .result(models))
                .hasMessage("Cannot sweep over weight, slerp has no such parameter");
        assertThatThrownBy(() -> linear().model("c", "weight", 1).sweep(weights).result(models))
                .hasMessageEndingWith("and 3 models have weights");
    }

    @Test
    void slicesBecomeTheLayersOneAfterTheOther() {
        MemoryModel merged = slices(
                slice(
                        new Input("a", Optional.of(new Layers(0, 2)), weight("1")),
                        new Input("b", Optional.of(new Layers(1, 3)), weight("1"))),
                slice(new Input("b", Optional.of(new Layers(2, 3)), weight("1"))));

        // Layer l of a is 1 + 10 l, of b 2 + 10 l.
        assertThat(merged.values(layer(0))).containsExactly((1 + 12) / 2.0f);
        assertThat(merged.values(layer(1))).containsExactly((11 + 22) / 2.0f);
        assertThat(merged.values(layer(2))).containsExactly(22);
        assertThat(merged.shapes()).doesNotContainKey(layer(3));
        assertThat(merged.values("model.embed_tokens.weight")).containsExactly(1.5f);
        assertThat(merged.values("model.norm.weight")).containsExactly(2.0f);
    }

    @Test
    void slicesThatDoNotFitAreRefused() {
        Input two = new Input("a", Optional.of(new Layers(0, 2)), weight("1"));
        Input one = new Input("b", Optional.of(new Layers(0, 1)), weight("1"));
        Input beyond = new Input("a", Optional.of(new Layers(2, 4)), weight("1"));

        assertThatThrownBy(() -> slices(slice(two, one)))
                .hasMessageStartingWith(
                        "Cannot merge, the sources of a slice must have a layer_range of the same length");
        assertThatThrownBy(() -> slices(slice(beyond)))
                .hasMessage("Cannot merge, a layer_range of a ends at 4, and the model has 3 layers");
    }

    private static MemoryModel slices(Slice... slices) {
        MergeRecipe recipe = new MergeRecipe(
                MergeMethod.LINEAR,
                null,
                List.of(slices),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Mismatch.REFUSE,
                0);
        MergePlan plan = MergePlan.of(recipe, Map.of("a", numbered(1), "b", numbered(2)), Set.of());
        MemoryModel merged = MemoryModel.like(plan);
        new MergeRun(plan, List.of(merged), entries -> {}).run(1);
        return merged;
    }

    private static Slice slice(Input... inputs) {
        return new Slice(List.of(inputs), null, Map.of());
    }

    private static Map<String, Setting> weight(String value) {
        return Map.of("weight", Setting.of(value));
    }

    private static Recipes linear() {
        return Recipes.of(MergeMethod.LINEAR).model("a", "weight", 1).model("b", "weight", 1);
    }

    private static MemoryModel embedding(int rows, float value) {
        float[] entries = new float[2 * rows];
        Arrays.fill(entries, value);
        return new MemoryModel().with("model.embed_tokens.weight", new Shape(List.of((long) rows, 2L)), entries);
    }

    private static MemoryModel layers(int count, float value) {
        MemoryModel model = new MemoryModel().with("model.norm.weight", new Shape(List.of(1L)), value);
        for (int layer = 0; layer < count; layer++) {
            model.with(layer(layer), new Shape(List.of(1L)), value);
        }
        return model;
    }

    private static MemoryModel numbered(float first) {
        MemoryModel model = layers(3, first).with("model.embed_tokens.weight", new Shape(List.of(1L)), first);
        for (int layer = 0; layer < 3; layer++) {
            model.values(layer(layer))[0] = first + 10 * layer;
        }
        return model;
    }

    private static String layer(int number) {
        return "model.layers." + number + ".mlp.weight";
    }
}
