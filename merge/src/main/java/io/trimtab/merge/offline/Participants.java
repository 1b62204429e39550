package io.trimtab.merge.offline;

import io.trimtab.merge.offline.MergeRecipe.Input;
import io.trimtab.merge.offline.MergeRecipe.Slice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The models of a slice, checked against what the method needs.
 *
 * @param base index of the base among the inputs; -1 where the method has none
 */
record Participants(MergeRecipe recipe, Slice slice, List<Input> inputs, int base) {

    Participants {
        inputs = List.copyOf(inputs);
    }

    /** The base takes part where it is not listed, if whole models are merged: the field's habit. */
    static Participants of(MergeRecipe recipe, Slice slice) {
        String base = slice.base() != null ? slice.base() : recipe.base();
        List<Input> inputs = new ArrayList<>(slice.inputs());
        requireDistinct(inputs);
        if (base != null && indexOf(base, inputs) < 0 && recipe.mergesWholeModels()) {
            inputs.add(new Input(base, Optional.empty(), Map.of()));
        }
        Participants participants = new Participants(recipe, slice, inputs, base(recipe.method(), base, inputs));
        participants.requireEnough();
        return participants;
    }

    private static int base(MergeMethod method, @Nullable String base, List<Input> inputs) {
        if (method.kind() == MergeMethod.Kind.LINEAR) {
            return -1;
        }
        if (base == null) {
            if (method.kind() != MergeMethod.Kind.NUSLERP) {
                throw new MergeException("Cannot merge, " + method + " needs a base_model and none is named");
            }
            return -1;
        }
        int index = indexOf(base, inputs);
        if (index < 0) {
            throw new MergeException("Cannot merge, base_model " + base
                    + " is not among the sources of a slice; list it there with its layer_range");
        }
        return index;
    }

    private static int indexOf(String model, List<Input> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).model().equals(model)) {
                return i;
            }
        }
        return -1;
    }

    private static void requireDistinct(List<Input> inputs) {
        Set<String> seen = new HashSet<>();
        for (Input input : inputs) {
            if (!seen.add(input.model())) {
                throw new MergeException("Cannot merge, model " + input.model() + " is listed twice; sum its weights");
            }
        }
    }

    private void requireEnough() {
        int others = inputs.size() - (base < 0 ? 0 : 1);
        boolean enough = switch (recipe.method().kind()) {
            case LINEAR, TASK_VECTORS -> others >= 1;
            case SLERP, HMA -> others == 1;
            case NUSLERP -> others == 2;
            case MODEL_STOCK -> others >= 2;
        };
        if (!enough) {
            String need = switch (recipe.method().kind()) {
                case LINEAR -> "at least one model";
                case TASK_VECTORS -> "at least one model beside its base_model, without which nothing would change";
                case SLERP, HMA -> "exactly one model beside its base_model";
                case NUSLERP -> "exactly two models beside a base_model";
                case MODEL_STOCK -> "at least two models beside its base_model";
            };
            throw new MergeException("Cannot merge, " + recipe.method() + " needs " + need + " and has " + others + ": "
                    + inputs.stream().map(Input::model).toList());
        }
    }

    /** Index of what is kept where nothing is merged: the base, or the first model. */
    int reference() {
        return Math.max(0, base);
    }

    /** Indices of all but the base. */
    int[] others() {
        return IntStream.range(0, inputs.size()).filter(input -> input != base).toArray();
    }
}
