package io.trimtab.merge.depth;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;

/**
 * A number, or several spread evenly over the depth of a model with straight lines between them: what merge tools call a gradient.
 *
 * @param values from the first layer to the last; at least one
 */
public record Gradient(List<Double> values) implements Serializable {

    public Gradient {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("A gradient needs at least one value");
        }
    }

    /** The same everywhere. */
    public static Gradient of(double value) {
        return new Gradient(List.of(value));
    }

    /**
     * Between equal values the value itself, to the bit.
     *
     * @param depth in [0, 1]; {@link Depths} has that of a tensor
     */
    public double at(double depth) {
        double place = depth * (values.size() - 1);
        int below = (int) place;
        double lower = values.get(below);
        double upper = values.get(Math.min(values.size() - 1, below + 1));
        double fraction = place - below;
        return lower == upper ? lower : (1 - fraction) * lower + fraction * upper;
    }

    public double smallest() {
        return Collections.min(values);
    }

    public double largest() {
        return Collections.max(values);
    }

    @Override
    public String toString() {
        return values.size() == 1 ? values.get(0).toString() : values.toString();
    }
}
