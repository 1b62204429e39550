package io.trimtab.merge.offline;

import io.trimtab.merge.depth.Depths;
import io.trimtab.merge.depth.LayerName;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The opened models by the names they have in the recipe. */
record ModelShapes(Map<String, TensorSource> sources) {

    ModelShapes {
        sources = Map.copyOf(sources);
    }

    TensorSource source(String model) {
        TensorSource source = sources.get(model);
        if (source == null) {
            throw new IllegalArgumentException("Model " + model + " was not opened");
        }
        return source;
    }

    Optional<Shape> shape(String model, String tensor) {
        return Optional.ofNullable(source(model).shapes().get(tensor));
    }

    /** Every tensor that any of the models has, in code-point order. */
    List<String> names(List<String> models) {
        TreeSet<String> names = new TreeSet<>();
        models.forEach(model -> names.addAll(source(model).shapes().keySet()));
        return List.copyOf(names);
    }

    /** Number of layers of each stack of a model. */
    Map<String, Integer> layers(String model) {
        return Depths.of(source(model).shapes().keySet()).layers();
    }

    /** Part of a layer to its tensor in one layer of a model. */
    NavigableMap<String, String> parts(String model, int layer) {
        NavigableMap<String, String> parts = new TreeMap<>();
        for (String tensor : source(model).shapes().keySet()) {
            LayerName.of(tensor)
                    .filter(name -> name.layer() == layer)
                    .ifPresent(name -> parts.put(name.part(), tensor));
        }
        return parts;
    }
}
