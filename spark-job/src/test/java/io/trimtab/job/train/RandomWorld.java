package io.trimtab.job.train;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A decoder of a few thousand random weights and rows of random ids, for what needs no meaning. */
final class RandomWorld {

    private static final int VOCABULARY = 32;
    private static final long SEED = 7;

    private RandomWorld() {}

    static ModelArchitecture architecture() {
        return ModelArchitecture.llama(VOCABULARY, 16, 24, 2, 2, 1, 8, 128, 10_000, 1e-5, true, 0.02, 1, List.of(2));
    }

    static Policy policy() {
        return Policy.initialize(architecture(), SEED, TestDevice.training());
    }

    /** Pairs, labelled rows with a mismatch, or targets, by the roles asked for. */
    static List<Example> examples(int count, CompletionRole... roles) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Completion> completions = new ArrayList<>();
            for (CompletionRole role : roles) {
                completions.add(new Completion(ids(random, 2 + random.nextInt(6)), role));
            }
            examples.add(new Example("r" + i, ids(random, 1 + random.nextInt(9)), completions));
        }
        return examples;
    }

    static List<Example> pairs(int count) {
        return examples(count, CompletionRole.CHOSEN, CompletionRole.REJECTED);
    }

    /** Every second row is desirable. */
    static List<Example> labelled(int count) {
        List<Example> desirable = examples(count, CompletionRole.DESIRABLE, CompletionRole.MISMATCHED);
        List<Example> undesirable = examples(count, CompletionRole.UNDESIRABLE, CompletionRole.MISMATCHED);
        List<Example> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(i % 2 == 0 ? desirable.get(i) : undesirable.get(i));
        }
        return rows;
    }

    static List<ReferencedExample> scored(List<Example> examples) {
        try (Policy reference = policy()) {
            return Rows.scored(examples, reference);
        }
    }

    /** Consecutive rows, {@code perStep} to a step; the last step may have fewer. */
    static List<List<ReferencedExample>> steps(List<ReferencedExample> rows, int perStep) {
        List<List<ReferencedExample>> steps = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += perStep) {
            steps.add(rows.subList(from, Math.min(rows.size(), from + perStep)));
        }
        return steps;
    }

    private static int[] ids(SplittableRandom random, int length) {
        return random.ints(length, 3, VOCABULARY).toArray();
    }
}
