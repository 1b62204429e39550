package io.trimtab.model.evaluate;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.MicroBatches;
import io.trimtab.model.batch.PackedBatch;
import java.util.List;

/**
 * Measures a policy on examples, without gradients. Deterministic; the figures do not depend on how examples are grouped beyond the
 * rounding of the forward pass. Bound to the policy's thread.
 *
 * <p>Roles say what is right: {@code TARGET} for exact match and log-prob, {@code CHOSEN} against every {@code REJECTED} for choices. A tie is
 * not a success.
 */
public final class Evaluator {

    private final Policy policy;
    private final int maxPackedTokens;

    /** @param maxPackedTokens rows of one forward pass, unless a single example is longer */
    public Evaluator(Policy policy, int maxPackedTokens) {
        this.policy = requireNonNull(policy, "policy is null");
        this.maxPackedTokens = maxPackedTokens;
    }

    /**
     * Share of examples whose target greedy decoding would produce to the last token, end of text included if it is part of it. Teacher
     * forcing finds it in one pass: greedy equals the target exactly if the most probable token is right at every position.
     */
    public Score exactMatch(List<Example> examples) {
        Score score = Score.NONE;
        for (List<Example> batch : batches(examples, CompletionRole.TARGET)) {
            for (boolean[] hits : policy.argmaxHits(PackedBatch.of(batch))) {
                // A lone token behind an empty prompt is predicted by nothing.
                score = hits.length == 0 ? score : score.plus(Score.of(allTrue(hits)));
            }
        }
        return score;
    }

    /** Mean log-prob of a target token; the count is tokens. */
    public Score logProb(List<Example> examples) {
        Score score = Score.NONE;
        for (List<Example> batch : batches(examples, CompletionRole.TARGET)) {
            PackedBatch packed = PackedBatch.of(batch);
            double[] logProbs = policy.logProbs(packed);
            int[] tokens = packed.tokenCounts();
            for (int i = 0; i < logProbs.length; i++) {
                score = score.plus(new Score(logProbs[i], tokens[i]));
            }
        }
        return score;
    }

    /** Share of questions whose chosen answer is ranked above every rejected one. */
    public Score multipleChoice(List<Example> questions, AnswerScore by) {
        Score score = Score.NONE;
        for (List<Example> batch : MicroBatches.split(questions, maxPackedTokens)) {
            PackedBatch packed = PackedBatch.of(batch);
            double[] values = policy.logProbs(packed);
            int[] tokens = packed.tokenCounts();
            for (int i = 0; i < values.length; i++) {
                values[i] = by.of(values[i], tokens[i]);
            }
            score = score.plus(chosenFirst(batch, values));
        }
        return score;
    }

    /** Share of pairs whose chosen completion has the higher log-prob under the policy alone. */
    public Score preferenceAccuracy(List<Example> pairs) {
        return multipleChoice(pairs, AnswerScore.SUM);
    }

    /**
     * Share of pairs whose chosen completion has the higher log-ratio to the reference, the {@code rewards/accuracies} of training.
     *
     * @param referenceLogProbs by example: one per completion, in order
     */
    public Score preferenceAccuracy(List<Example> pairs, List<double[]> referenceLogProbs) {
        if (pairs.size() != referenceLogProbs.size()) {
            throw new IllegalArgumentException(
                    "There are " + pairs.size() + " pairs and reference log-probs of " + referenceLogProbs.size());
        }
        Score score = Score.NONE;
        int pair = 0;
        for (List<Example> batch : MicroBatches.split(pairs, maxPackedTokens)) {
            double[] ratios = policy.logProbs(PackedBatch.of(batch));
            int at = 0;
            for (Example ignored : batch) {
                for (double reference : referenceLogProbs.get(pair++)) {
                    ratios[at++] -= reference;
                }
            }
            score = score.plus(chosenFirst(batch, ratios));
        }
        return score;
    }

    private List<List<Example>> batches(List<Example> examples, CompletionRole role) {
        return MicroBatches.split(
                examples.stream().map(example -> example.only(role::equals)).toList(), maxPackedTokens);
    }

    private static Score chosenFirst(List<Example> batch, double[] values) {
        Score score = Score.NONE;
        int first = 0;
        for (Example example : batch) {
            score = score.plus(Score.of(isChosenFirst(example, values, first)));
            first += example.completions().size();
        }
        return score;
    }

    private static boolean isChosenFirst(Example example, double[] values, int first) {
        double chosen = Double.NaN;
        double bestRejected = Double.NEGATIVE_INFINITY;
        int chosenCount = 0;
        int rejectedCount = 0;
        for (int i = 0; i < example.completions().size(); i++) {
            CompletionRole role = example.completions().get(i).role();
            if (role == CompletionRole.CHOSEN) {
                chosen = values[first + i];
                chosenCount++;
            } else if (role == CompletionRole.REJECTED) {
                bestRejected = Math.max(bestRejected, values[first + i]);
                rejectedCount++;
            }
        }
        if (chosenCount != 1 || rejectedCount == 0) {
            throw new IllegalArgumentException("Row " + example.id() + " is no choice, it has " + chosenCount
                    + " chosen and " + rejectedCount + " rejected completions");
        }
        return chosen > bestRejected;
    }

    private static boolean allTrue(boolean[] hits) {
        for (boolean hit : hits) {
            if (!hit) {
                return false;
            }
        }
        return true;
    }
}
