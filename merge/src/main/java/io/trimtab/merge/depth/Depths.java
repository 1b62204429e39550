package io.trimtab.merge.depth;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The depth of a model's tensors as merge tools count it (mergekit's t): 0 in the first layer of a stack and outside of layers, 1 in the last layer.
 *
 * @param layers number of layers of each stack
 */
public record Depths(Map<String, Integer> layers) {

    public Depths {
        layers = Collections.unmodifiableMap(new TreeMap<>(layers));
    }

    public static Depths of(Collection<String> tensors) {
        Map<String, Integer> layers = new HashMap<>();
        for (String tensor : tensors) {
            LayerName.of(tensor).ifPresent(name -> layers.merge(name.stack(), name.layer() + 1, Math::max));
        }
        return new Depths(layers);
    }

    public double of(String tensor) {
        return LayerName.of(tensor)
                .map(name -> at(name.layer(), layers.getOrDefault(name.stack(), 0)))
                .orElse(0.0);
    }

    /** Of one layer among so many; the only layer of a stack is its last. */
    public static double at(int layer, int layers) {
        return layers > 1 ? (double) layer / (layers - 1) : 1.0;
    }
}
