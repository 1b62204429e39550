package io.trimtab.merge.offline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors of the result and how each comes about: everything that can be refused is refused here, before an entry is read.
 *
 * @param tensors in code-point order of their names
 * @param notes what the user should know, a line each
 */
public record MergePlan(MergeRecipe recipe, List<PlannedTensor> tensors, List<String> notes) {

    public MergePlan {
        tensors = List.copyOf(tensors);
        notes = List.copyOf(notes);
    }

    /**
     * Plans a merge of opened models.
     *
     * @param sources by the names of {@link MergeRecipe#models()}
     * @param vocabulary tensors whose rows are tokens and must not be merged, because the models' vocabularies differ; those
     *     inside of layers are merged all the same
     * @throws MergeException naming the tensor, the model or the parameter that makes the merge impossible
     */
    public static MergePlan of(MergeRecipe recipe, Map<String, TensorSource> sources, Set<String> vocabulary) {
        requireSweepable(recipe);
        ModelShapes models = new ModelShapes(sources);
        List<OutputTensor> outputs = new OutputTensors(recipe, models).list();
        if (outputs.isEmpty()) {
            throw new MergeException("Cannot merge, the models have no tensors: " + recipe.models());
        }
        List<PlannedTensor> tensors = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (int id = 0; id < outputs.size(); id++) {
            tensors.add(new Matching(recipe, models, vocabulary, notes).plan(outputs.get(id), id));
        }
        return new MergePlan(recipe, tensors, notes);
    }

    private static void requireSweepable(MergeRecipe recipe) {
        Optional<String> swept = recipe.sweep().map(MergeRecipe.Sweep::parameter);
        if (swept.isEmpty()) {
            return;
        }
        if (!recipe.method().reads(swept.get())) {
            throw new MergeException(
                    "Cannot sweep over " + swept.get() + ", " + recipe.method() + " has no such parameter");
        }
        for (MergeRecipe.Slice slice : recipe.slices()) {
            int others = Participants.of(recipe, slice).others().length;
            if (swept.get().equals("weight") && others != 2) {
                throw new MergeException(
                        "Cannot sweep over weight, it gives one model the weight and the other 1 - weight, and "
                                + others + " models have weights");
            }
        }
    }

    /** Number of entries to write for one result. */
    public long entries() {
        return tensors.stream().mapToLong(tensor -> tensor.shape().entries()).sum();
    }
}
