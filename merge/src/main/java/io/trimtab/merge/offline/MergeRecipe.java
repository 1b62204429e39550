package io.trimtab.merge.offline;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks for, in the field's words; models by the names they have in the configuration.
 *
 * @param base null where the method has none
 * @param slices one over whole models, or several that become the layers of the result one after the other
 * @param parameters those of no slice and no model
 * @param hma present exactly for {@link MergeMethod#HMA}
 * @param seed of the random masks
 */
public record MergeRecipe(
        MergeMethod method,
        @Nullable String base,
        List<Slice> slices,
        Map<String, Setting> parameters,
        Optional<HmaSettings> hma,
        Optional<Sweep> sweep,
        Mismatch mismatch,
        long seed) {

    /** Layers of the result, merged from as many layers of each input. */
    public record Slice(List<Input> inputs, @Nullable String base, Map<String, Setting> parameters) {

        public Slice {
            inputs = List.copyOf(inputs);
            parameters = Map.copyOf(parameters);
        }
    }

    /**
     * A model that takes part in a slice.
     *
     * @param layers empty for all of the model's
     */
    public record Input(String model, Optional<Layers> layers, Map<String, Setting> parameters) {

        public Input {
            parameters = Map.copyOf(parameters);
        }
    }

    /** Layers {@code first} to {@code end - 1}, from 0. */
    public record Layers(int first, int end) {

        public Layers {
            if (first < 0 || end <= first) {
                throw new IllegalArgumentException("A range of layers begins at 0 or later and ends behind its begin: ["
                        + first + ", " + end + "]");
            }
        }

        int count() {
            return end - first;
        }
    }

    /** Several results in one reading, one for each value of {@code weight}, {@code lambda} or {@code t}. */
    public record Sweep(String parameter, List<BigDecimal> values) {

        public Sweep {
            values = List.copyOf(values);
        }
    }

    public MergeRecipe {
        requireNonNull(method, "method is null");
        slices = List.copyOf(slices);
        parameters = Map.copyOf(parameters);
    }

    /** Every model that is named, the base first, each once: the first decides what is not merged. */
    public List<String> models() {
        Set<String> models = new LinkedHashSet<>();
        if (base != null) {
            models.add(base);
        }
        for (Slice slice : slices) {
            if (slice.base() != null) {
                models.add(slice.base());
            }
            slice.inputs().forEach(input -> models.add(input.model()));
        }
        return List.copyOf(models);
    }

    /** How many models come out. */
    public int results() {
        return sweep.map(asked -> asked.values().size()).orElse(1);
    }

    /** Whether whole models are merged, layer by layer; else the layers of the result are put together from slices. */
    public boolean mergesWholeModels() {
        return slices.size() == 1
                && slices.get(0).inputs().stream()
                        .allMatch(input -> input.layers().isEmpty());
    }
}
