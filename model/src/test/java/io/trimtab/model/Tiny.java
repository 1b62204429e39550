package io.trimtab.model;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small random models and rows for tests. */
final class Tiny {

    static final int WORDS = 37;

    private Tiny() {}

    /** Two layers, 4 query heads on 2 key/value heads; heads x head size differs from the hidden size on purpose. */
    static ModelArchitecture architecture(boolean tied) {
        return ModelArchitecture.llama(WORDS, 24, 40, 2, 4, 2, 8, 128, 10000, 1e-5, tied, 0.02, 1, List.of(2));
    }

    /** Weights of ordinary size everywhere, norms included, so that no gradient is tiny. */
    static Policy policy(boolean tied, PolicyOptions options) {
        return policy(tied, options, LogProbHead.DEFAULT_BUDGET);
    }

    static Policy policy(boolean tied, PolicyOptions options, long logitsBudget) {
        return policy(architecture(tied), options, logitsBudget);
    }

    static Policy policy(ModelArchitecture architecture, PolicyOptions options, long logitsBudget) {
        return Policy.of(
                architecture,
                (tensor, offset, target, at, length) -> {
                    boolean norm = tensor.shape().length == 1;
                    for (int i = 0; i < length; i++) {
                        double draw =
                                new SplittableRandom(31L * tensor.id() + 1_000_003 * (offset + i)).nextDouble() - 0.5;
                        target[at + i] = (float) (norm ? 1 + draw : draw);
                    }
                },
                options,
                logitsBudget);
    }

    static PolicyOptions doubles() {
        return OnDevice.training(1).withPrecision(Precision.FP64);
    }

    /** Pairs of many lengths, so that attention pads some and packs others apart. */
    static List<Example> pairs(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            examples.add(new Example(
                    "row-" + i,
                    ids(random, 1 + random.nextInt(9)),
                    List.of(
                            new Completion(ids(random, 1 + random.nextInt(40)), CompletionRole.CHOSEN),
                            new Completion(ids(random, 1 + random.nextInt(60)), CompletionRole.REJECTED))));
        }
        return examples;
    }

    static Example text(int... ids) {
        return new Example("text", new int[0], List.of(new Completion(ids, CompletionRole.TARGET)));
    }

    static int[] ids(SplittableRandom random, int length) {
        return random.ints(length, 0, WORDS).toArray();
    }

    /** A derivative per completion, none of them alike. */
    static double[] derivatives(int count) {
        double[] derivatives = new double[count];
        for (int i = 0; i < count; i++) {
            derivatives[i] = Math.sin(i + 1);
        }
        return derivatives;
    }

    /** All gradients one after the other, exact. */
    static double[] gradients(Policy policy) {
        List<Double> all = new ArrayList<>();
        for (TensorSpec tensor : policy.tensors()) {
            for (long i = 0; i < tensor.elements(); i++) {
                all.add(policy.gradients(tensor.id()).get(i));
            }
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
