package io.trimtab.merge.offline;

import io.trimtab.merge.depth.Gradient;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A parameter as the field writes it: one value, a list of values spread over the depth of the model (a gradient), or either for each of several
 * groups of tensors, told apart by a part of their name; the first that fits holds.
 */
public record Setting(List<Choice> choices) {

    /**
     * The values for one group of tensors.
     *
     * @param filter a part of the tensor's name; null or * for all
     * @param values from the first layer to the last, as they were written
     */
    public record Choice(@Nullable String filter, List<String> values) {

        public Choice {
            values = List.copyOf(values);
            if (values.isEmpty()) {
                throw new IllegalArgumentException("A parameter needs a value, filter " + filter);
            }
        }

        boolean fits(String tensor) {
            return filter == null || filter.equals("*") || tensor.contains(filter);
        }
    }

    public Setting {
        choices = List.copyOf(choices);
    }

    public static Setting of(String... values) {
        return new Setting(List.of(new Choice(null, List.of(values))));
    }

    /**
     * The value for a tensor; empty where no group holds it.
     *
     * @param depth 0 in the first layer and outside of layers, 1 in the last layer
     */
    Optional<String> at(String tensor, double depth) {
        return choices.stream()
                .filter(choice -> choice.fits(tensor))
                .findFirst()
                .map(choice -> interpolated(choice.values(), depth));
    }

    /** Numbers are interpolated, words taken from the step below. */
    private static String interpolated(List<String> values, double depth) {
        if (values.size() == 1 || !values.stream().allMatch(Setting::isNumber)) {
            return values.get((int) (depth * (values.size() - 1)));
        }
        List<Double> numbers = values.stream().map(Double::valueOf).toList();
        return Double.toString(new Gradient(numbers).at(depth));
    }

    static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
