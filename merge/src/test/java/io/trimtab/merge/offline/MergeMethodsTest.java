package io.trimtab.merge.offline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.offline.MergeRecipe.Sweep;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The small examples of the methods' papers and pages, worked by hand, and properties that every method keeps. */
class MergeMethodsTest {

    private static final Shape FOUR = new Shape(List.of(4L));
    private static final Map<String, float[]> EXAMPLE = Map.of(
            "base", new float[] {1, 1, 1, 1},
            "m1", new float[] {1.4f, 0.9f, 1.3f, 1.05f},
            "m2", new float[] {0.8f, 1.3f, 1.2f, 0.5f});

    @Test
    void linearIsTheWeightedMean() {
        assertClose(example(MergeMethod.LINEAR, 0.5, 0.5), 1.1, 1.1, 1.25, 0.775);
    }

    @Test
    void taskArithmeticAddsScaledTaskVectors() {
        float[] merged = Recipes.of(MergeMethod.TASK_ARITHMETIC)
                .base("base")
                .model("m1", "weight", 1)
                .model("m2", "weight", 1)
                .parameter("lambda", 0.4)
                .ofVectors(EXAMPLE, FOUR);

        assertClose(merged, 1.08, 1.08, 1.2, 0.82);
    }

    @Test
    void tiesTrimsElectsAndAveragesWhatAgrees() {
        assertClose(ties(0.3, 0.7, true), 1.4, 1.3, 1.3, 0.5);
        assertClose(ties(1, 1, true), 1.4, 1.3, 1.3, 0.5);
        assertClose(ties(0.3, 0.7, false), 1.12, 1.21, 1.09, 0.65);
    }

    private static float[] ties(double first, double second, boolean normalize) {
        return Recipes.of(MergeMethod.TIES)
                .base("base")
                .model("m1", "weight", first)
                .model("m2", "weight", second)
                .parameter("density", 0.5)
                .parameter("normalize", normalize)
                .ofVectors(EXAMPLE, FOUR);
    }

    @Test
    void termsThatCancelElectPlus() {
        float[] merged = Recipes.of(MergeMethod.TIES)
                .base("base")
                .model("up", "weight", 1)
                .model("down", "weight", 1)
                .ofVectors(
                        Map.of("base", new float[1], "up", new float[] {0.5f}, "down", new float[] {-0.5f}),
                        new Shape(List.of(1L)));

        assertThat(merged).containsExactly(0.5f);
    }

    @Test
    void slerpFollowsTheArc() {
        float[] merged = Recipes.of(MergeMethod.SLERP)
                .base("v0")
                .model("v1")
                .parameter("t", 0.25)
                .ofVectors(Map.of("v0", new float[] {1, 0}, "v1", new float[] {0, 2}), new Shape(List.of(2L)));

        assertClose(merged, 0.9238795325, 0.7653668647);
    }

    @Test
    void slerpOfOppositeVectorsIsLinear() {
        float[] merged = Recipes.of(MergeMethod.SLERP)
                .base("v0")
                .model("v1")
                .parameter("t", 0.25)
                .ofVectors(Map.of("v0", new float[] {1, 0}, "v1", new float[] {-3, 0}), new Shape(List.of(2L)));

        assertClose(merged, 0.0, 0.0);
    }

    @Test
    void modelStockGoesTowardsTheMean() {
        Map<String, float[]> models = Map.of(
                "base", new float[4],
                "m1", new float[] {0.4f, 0.1f, 0, 0},
                "m2", new float[] {0.3f, 0.2f, 0, 0.1f});
        float[] merged = Recipes.of(MergeMethod.MODEL_STOCK)
                .base("base")
                .model("m1")
                .model("m2")
                .ofVectors(models, FOUR);

        assertClose(merged, 0.3330246781, 0.1427248621, 0, 0.0475749540);
    }

    @Test
    void modelStockOfOppositeModelsKeepsTheBase() {
        Map<String, float[]> models = Map.of("base", new float[] {1}, "m1", new float[] {2}, "m2", new float[] {0});

        assertThat(Recipes.of(MergeMethod.MODEL_STOCK)
                        .base("base")
                        .model("m1")
                        .model("m2")
                        .ofVectors(models, new Shape(List.of(1L))))
                .containsExactly(1.0f);
    }

    @ParameterizedTest
    @EnumSource
    void twoRunsGiveEqualBitsOnAnyNumberOfThreads(MergeMethod method) {
        Map<String, MemoryModel> models = largeModels();

        MemoryModel once = recipe(method).results(models, 1).get(0);
        MemoryModel again = recipe(method).results(models, 3).get(0);

        for (String tensor : once.shapes().keySet()) {
            assertThat(again.values(tensor)).as(tensor).isEqualTo(once.values(tensor));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DARE_LINEAR", "DARE_TIES", "DELLA", "DELLA_LINEAR"})
    void anotherSeedGivesAnotherMask(MergeMethod method) {
        Map<String, MemoryModel> models = largeModels();

        assertThat(recipe(method).seed(1).result(models).values("wide"))
                .isNotEqualTo(recipe(method).seed(2).result(models).values("wide"));
    }

    @ParameterizedTest
    @EnumSource(names = {"TASK_ARITHMETIC", "TIES", "DARE_LINEAR", "DARE_TIES", "BREADCRUMBS", "DELLA", "DELLA_LINEAR"})
    void oneDenseModelOfWeightOneIsThatModel(MergeMethod method) {
        Map<String, MemoryModel> models = largeModels();
        MemoryModel merged = Recipes.of(method)
                .base("base")
                .model("m1", "weight", 1, "density", 1.0)
                .result(models);

        for (String tensor : merged.shapes().keySet()) {
            float[] expected = requireNonNull(models.get("m1")).values(tensor);
            for (int i = 0; i < expected.length; i++) {
                assertThat(merged.values(tensor)[i]).isCloseTo(expected[i], within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LINEAR", "TIES", "DARE_TIES", "NUSLERP"})
    void aSweepGivesTheResultsOfSingleMerges(MergeMethod method) {
        Map<String, MemoryModel> models = largeModels();
        List<MemoryModel> swept =
                recipe(method).sweep(sweep("weight", "0.2", "0.75")).results(models, 2);

        assertThat(swept).hasSize(2);
        assertThat(swept.get(0).values("wide"))
                .isEqualTo(recipe(method, 0.2, 1.0 - 0.2).result(models).values("wide"));
        assertThat(swept.get(1).values("wide"))
                .isEqualTo(recipe(method, 0.75, 0.25).result(models).values("wide"));
    }

    @Test
    void aSweepMayNameLambdaOrT() {
        Map<String, MemoryModel> models = largeModels();
        List<MemoryModel> lambdas =
                recipe(MergeMethod.TIES).sweep(sweep("lambda", "0", "0.5")).results(models, 1);
        List<MemoryModel> ts =
                recipe(MergeMethod.SLERP).sweep(sweep("t", "0", "1")).results(models, 1);

        assertThat(lambdas.get(0).values("wide"))
                .isEqualTo(requireNonNull(models.get("base")).values("wide"));
        assertThat(lambdas.get(1).values("wide"))
                .isEqualTo(recipe(MergeMethod.TIES)
                        .parameter("lambda", 0.5)
                        .result(models)
                        .values("wide"));
        assertClose(ts.get(0).values("wide"), requireNonNull(models.get("base")).values("wide"));
        assertClose(ts.get(1).values("wide"), requireNonNull(models.get("m1")).values("wide"));
    }

    /** The order of the models decides masks and nothing else. */
    @Test
    void tiesDoesNotDependOnTheOrderOfModels() {
        float[] one = ties(0.3, 0.7, true);
        float[] other = Recipes.of(MergeMethod.TIES)
                .base("base")
                .model("m2", "weight", 0.7)
                .model("m1", "weight", 0.3)
                .parameter("density", 0.5)
                .ofVectors(EXAMPLE, FOUR);

        assertThat(other).isEqualTo(one);
    }

    private static float[] example(MergeMethod method, double first, double second) {
        return Recipes.of(method)
                .model("m1", "weight", first)
                .model("m2", "weight", second)
                .ofVectors(EXAMPLE, FOUR);
    }

    private static Recipes recipe(MergeMethod method) {
        return recipe(method, 0.6, 0.9);
    }

    private static Recipes recipe(MergeMethod method, double first, double second) {
        Recipes recipe = Recipes.of(method).model("m1", "weight", first, "density", 0.4);
        if (method != MergeMethod.LINEAR) {
            recipe.base("base");
        }
        if (method != MergeMethod.SLERP && method != MergeMethod.HMA) {
            recipe.model("m2", "weight", second, "density", 0.6);
        }
        if (method == MergeMethod.HMA) {
            recipe.hma(new HmaSettings(List.of(0.3, 0.6), true, false));
        }
        return recipe.parameter("t", 0.3);
    }

    private static Sweep sweep(String parameter, String... values) {
        return new Sweep(parameter, Arrays.stream(values).map(BigDecimal::new).toList());
    }

    /** Tensors of several pieces, of one, and of one entry. */
    private static Map<String, MemoryModel> largeModels() {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(new Shape(List.of(1500L, 1000L)));
        shapes.add(new Shape(List.of(30L, 7L)));
        shapes.add(new Shape(List.of(1L)));
        MemoryModel base = model(shapes, 1, Optional.empty());
        return Map.of(
                "base", base, "m1", model(shapes, 2, Optional.of(base)), "m2", model(shapes, 3, Optional.of(base)));
    }

    private static MemoryModel model(List<Shape> shapes, long seed, Optional<MemoryModel> base) {
        Random random = new Random(seed);
        List<String> names = List.of("wide", "model.layers.0.small", "model.layers.1.single");
        MemoryModel model = new MemoryModel();
        for (int t = 0; t < shapes.size(); t++) {
            float[] entries = new float[(int) shapes.get(t).entries()];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = (float) random.nextGaussian() * (base.isPresent() ? 0.1f : 1.0f);
            }
            if (base.isPresent()) {
                float[] origin = base.get().values(names.get(t));
                for (int i = 0; i < entries.length; i++) {
                    entries[i] += origin[i];
                }
            }
            model.with(names.get(t), shapes.get(t), entries);
        }
        return model;
    }

    private static void assertClose(float[] actual, double... expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("entry %d", i).isCloseTo(expected[i], within(1e-6));
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-6f));
        }
    }
}
