package io.trimtab.merge.offline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds a tensor in all models that take part, and decides what to do where one lacks it or has another shape. */
record Matching(MergeRecipe recipe, ModelShapes models, Set<String> vocabulary, List<String> notes) {

    PlannedTensor plan(OutputTensor tensor, int id) {
        int reference = tensor.participants().reference();
        Shape shape = shape(tensor, reference)
                .orElseThrow(() -> new MergeException("Cannot merge, " + input(tensor, reference)
                        + " is missing and other models have it: " + havers(tensor)));
        List<Shape> shapes = new ArrayList<>();
        for (int input = 0; input < tensor.inputs().size(); input++) {
            Optional<Shape> found = shape(tensor, input);
            if (found.isEmpty()) {
                return missing(tensor, input, shape);
            }
            shapes.add(found.get());
        }
        if (tensor.layer() < 0 && vocabulary.contains(tensor.name())) {
            notes.add(tensor.name() + ": kept as in " + input(tensor, reference).model() + ", the vocabularies differ");
            return kept(tensor, shape);
        }
        for (int input = 0; input < shapes.size(); input++) {
            if (!shapes.get(input).equals(shape)) {
                return mismatched(tensor, id, shapes, input);
            }
        }
        return merged(tensor, id, shape, shape.entries());
    }

    private PlannedTensor missing(OutputTensor tensor, int input, Shape shape) {
        if (recipe.mismatch() == Mismatch.REFUSE) {
            throw new MergeException("Cannot merge, " + input(tensor, input) + " is missing and other models have it: "
                    + havers(tensor) + "; set mismatch: keep-base to take the base's");
        }
        notes.add(tensor.name() + ": kept as in "
                + input(tensor, tensor.participants().reference()).model() + ", missing in "
                + input(tensor, input).model());
        return kept(tensor, shape);
    }

    private PlannedTensor mismatched(OutputTensor tensor, int id, List<Shape> shapes, int input) {
        int reference = tensor.participants().reference();
        Shape shape = shapes.get(reference);
        String difference = input(tensor, input) + " has shape " + shapes.get(input) + " and that of "
                + input(tensor, reference).model() + " " + shape;
        boolean onlyRows = shapes.stream().allMatch(shape::sameBehindRows);
        if (recipe.mismatch() == Mismatch.KEEP_BASE) {
            notes.add(tensor.name() + ": kept as in " + input(tensor, reference).model() + ", " + difference);
            return kept(tensor, shape);
        }
        if (recipe.mismatch() == Mismatch.REFUSE || !onlyRows) {
            throw new MergeException("Cannot merge, " + difference + "; set mismatch: keep-base"
                    + (onlyRows
                            ? " to take the base's, or common-rows to merge the rows that all have"
                            : " to take the base's"));
        }
        long rows = shapes.stream().mapToLong(Shape::rows).min().orElseThrow();
        notes.add(tensor.name() + ": the first " + rows + " rows are merged, " + difference);
        return merged(tensor, id, shape, rows * (shape.entries() / shape.rows()));
    }

    private PlannedTensor merged(OutputTensor tensor, int id, Shape shape, long entries) {
        TensorMerge merge = new MergeChoice(recipe, tensor, id, entries, shape).choose();
        return planned(tensor, shape, entries, merge);
    }

    private PlannedTensor kept(OutputTensor tensor, Shape shape) {
        return planned(tensor, shape, 0, new KeptTensor(recipe.results()));
    }

    private PlannedTensor planned(OutputTensor tensor, Shape shape, long merged, TensorMerge merge) {
        List<TensorInput> inputs = new ArrayList<>();
        for (int input = 0; input < tensor.inputs().size(); input++) {
            inputs.add(input(tensor, input));
        }
        return new PlannedTensor(
                tensor.name(), shape, inputs, tensor.participants().reference(), merged, merge);
    }

    private Optional<Shape> shape(OutputTensor tensor, int input) {
        TensorInput named = input(tensor, input);
        return models.shape(named.model(), named.tensor());
    }

    private TensorInput input(OutputTensor tensor, int input) {
        String model = tensor.participants().inputs().get(input).model();
        return new TensorInput(model, tensor.inputs().get(input), models.source(model));
    }

    private List<String> havers(OutputTensor tensor) {
        List<String> havers = new ArrayList<>();
        for (int input = 0; input < tensor.inputs().size(); input++) {
            if (shape(tensor, input).isPresent()) {
                havers.add(input(tensor, input).model());
            }
        }
        return havers;
    }
}
