package io.trimtab.merge.offline;

import io.trimtab.merge.depth.Depths;
import io.trimtab.merge.depth.LayerName;
import io.trimtab.merge.offline.MergeRecipe.Input;
import io.trimtab.merge.offline.MergeRecipe.Layers;
import io.trimtab.merge.offline.MergeRecipe.Slice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Which tensors the result has, and which of the models' tensors each of them is made of. */
final class OutputTensors {

    private final MergeRecipe recipe;
    private final ModelShapes models;

    OutputTensors(MergeRecipe recipe, ModelShapes models) {
        this.recipe = recipe;
        this.models = models;
    }

    /** In code-point order of their names. */
    List<OutputTensor> list() {
        List<OutputTensor> tensors = recipe.mergesWholeModels() ? ofWholeModels() : ofSlices();
        return tensors.stream().sorted(Comparator.comparing(OutputTensor::name)).toList();
    }

    private List<OutputTensor> ofWholeModels() {
        Participants participants = Participants.of(recipe, recipe.slices().get(0));
        List<String> names = participants.inputs().stream().map(Input::model).toList();
        Map<String, Integer> layers = models.layers(names.get(participants.reference()));
        List<OutputTensor> tensors = new ArrayList<>();
        for (String tensor : models.names(names)) {
            LayerName place = LayerName.of(tensor).orElse(new LayerName("", -1, tensor));
            int count = layers.getOrDefault(place.stack(), 0);
            tensors.add(new OutputTensor(
                    tensor,
                    participants,
                    names.stream().map(model -> tensor).toList(),
                    place.layer() < 0 ? 0.0 : Depths.at(place.layer(), count),
                    place.layer(),
                    count));
        }
        return tensors;
    }

    private List<OutputTensor> ofSlices() {
        List<OutputTensor> tensors = new ArrayList<>();
        int layers = recipe.slices().stream().mapToInt(OutputTensors::layers).sum();
        int done = 0;
        for (Slice slice : recipe.slices()) {
            Participants participants = Participants.of(recipe, slice);
            requireLayers(participants);
            for (int offset = 0; offset < layers(slice); offset++) {
                addLayer(tensors, participants, offset, done + offset, layers);
            }
            done += layers(slice);
        }
        addOutsideOfLayers(tensors, layers);
        return tensors;
    }

    private static int layers(Slice slice) {
        List<Integer> counts = slice.inputs().stream()
                .map(input -> input.layers().map(Layers::count).orElse(-1))
                .distinct()
                .toList();
        if (counts.size() != 1 || counts.get(0) < 1) {
            throw new MergeException(
                    "Cannot merge, the sources of a slice must have a layer_range of the same length each: "
                            + slice.inputs().stream()
                                    .map(input -> input.model() + " "
                                            + input.layers()
                                                    .map(Layers::toString)
                                                    .orElse("none"))
                                    .toList());
        }
        return counts.get(0);
    }

    private void requireLayers(Participants participants) {
        for (Input input : participants.inputs()) {
            Map<String, Integer> stacks = models.layers(input.model());
            if (stacks.size() != 1) {
                throw new MergeException("Cannot merge slices of " + input.model() + ", it has " + stacks.size()
                        + " stacks of layers where one is needed: " + stacks.keySet());
            }
            int count = stacks.values().iterator().next();
            int end = input.layers().map(Layers::end).orElse(0);
            if (end > count) {
                throw new MergeException("Cannot merge, a layer_range of " + input.model() + " ends at " + end
                        + ", and the model has " + count + " layers");
            }
        }
    }

    private void addLayer(List<OutputTensor> tensors, Participants participants, int offset, int layer, int layers) {
        List<Map<String, String>> parts = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        for (Input input : participants.inputs()) {
            Map<String, String> own =
                    models.parts(input.model(), input.layers().orElseThrow().first() + offset);
            parts.add(own);
            names.addAll(own.keySet());
        }
        Input first = participants.inputs().get(participants.reference());
        String stack = models.layers(first.model()).keySet().iterator().next();
        double depth = Depths.at(offset, first.layers().orElseThrow().count());
        for (String part : names) {
            List<String> inputs = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                int own = participants.inputs().get(i).layers().orElseThrow().first() + offset;
                inputs.add(parts.get(i).getOrDefault(part, new LayerName(stack, own, part).at(own)));
            }
            tensors.add(new OutputTensor(
                    new LayerName(stack, layer, part).at(layer), participants, inputs, depth, layer, layers));
        }
    }

    /** Embeddings come from the models of the first slice, the last norm and the head from those of the last. */
    private void addOutsideOfLayers(List<OutputTensor> tensors, int layers) {
        Participants first = Participants.of(recipe, recipe.slices().get(0));
        Participants last =
                Participants.of(recipe, recipe.slices().get(recipe.slices().size() - 1));
        for (boolean front : new boolean[] {true, false}) {
            Participants participants = front ? first : last;
            List<String> names =
                    participants.inputs().stream().map(Input::model).toList();
            for (String tensor : models.names(names)) {
                if (LayerName.of(tensor).isEmpty() && isFront(tensor) == front) {
                    List<String> inputs = names.stream().map(model -> tensor).toList();
                    tensors.add(new OutputTensor(tensor, participants, inputs, 0.0, -1, layers));
                }
            }
        }
    }

    private static boolean isFront(String tensor) {
        return tensor.contains("embed") || tensor.contains(".wte.") || tensor.contains(".wpe.");
    }
}
