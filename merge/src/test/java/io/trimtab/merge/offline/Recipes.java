package io.trimtab.merge.offline;

import io.trimtab.merge.offline.MergeRecipe.Input;
import io.trimtab.merge.offline.MergeRecipe.Slice;
import io.trimtab.merge.offline.MergeRecipe.Sweep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Small recipes over whole models, and their results. */
final class Recipes {

    private final MergeMethod method;
    private @Nullable String base;
    private final List<Input> inputs = new ArrayList<>();
    private final Map<String, Setting> parameters = new HashMap<>();
    private Optional<HmaSettings> hma = Optional.empty();
    private Optional<Sweep> sweep = Optional.empty();
    private Mismatch mismatch = Mismatch.REFUSE;
    private long seed = 42;

    private Recipes(MergeMethod method) {
        this.method = method;
    }

    static Recipes of(MergeMethod method) {
        return new Recipes(method);
    }

    Recipes base(String model) {
        base = model;
        return this;
    }

    /** @param settings name and value by turns */
    Recipes model(String name, Object... settings) {
        Map<String, Setting> own = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            own.put(String.valueOf(settings[i]), setting(settings[i + 1]));
        }
        inputs.add(new Input(name, Optional.empty(), own));
        return this;
    }

    private static Setting setting(Object value) {
        return value instanceof Setting whole ? whole : Setting.of(String.valueOf(value));
    }

    Recipes parameter(String name, Object value) {
        parameters.put(name, setting(value));
        return this;
    }

    Recipes hma(HmaSettings settings) {
        hma = Optional.of(settings);
        return this;
    }

    Recipes sweep(Sweep asked) {
        sweep = Optional.of(asked);
        return this;
    }

    Recipes mismatch(Mismatch asked) {
        mismatch = asked;
        return this;
    }

    Recipes seed(long other) {
        seed = other;
        return this;
    }

    MergeRecipe recipe() {
        return new MergeRecipe(
                method, base, List.of(new Slice(inputs, null, Map.of())), parameters, hma, sweep, mismatch, seed);
    }

    List<MemoryModel> results(Map<String, ? extends TensorSource> models, int threads) {
        MergePlan plan = MergePlan.of(recipe(), Map.copyOf(models), Set.of());
        List<MemoryModel> results = new ArrayList<>();
        for (int result = 0; result < plan.recipe().results(); result++) {
            results.add(MemoryModel.like(plan));
        }
        new MergeRun(plan, List.copyOf(results), entries -> {}).run(threads);
        return results;
    }

    MemoryModel result(Map<String, ? extends TensorSource> models) {
        return results(models, 1).get(0);
    }

    /** Of models with the single tensor w. */
    float[] ofVectors(Map<String, float[]> models, Shape shape) {
        Map<String, MemoryModel> opened = new HashMap<>();
        models.forEach((name, entries) -> opened.put(name, new MemoryModel().with("w", shape, entries)));
        return result(opened).values("w");
    }
}
