package io.trimtab.model.batch;

import io.trimtab.data.Completion;
import io.trimtab.data.Example;
import java.util.ArrayList;
import java.util.List;

/**
 * Examples in one row without padding: for each its prompt, then its completions.
 *
 * <p>A completion's positions continue behind the prompt, so every completion sees what it would see alone. N rows in all, M of them
 * (counted once per predicted token) predict a completion token: the row in front of it, for a first token the prompt's last. The first
 * token of a completion behind an empty prompt is predicted by nothing and has no log-prob. Immutable; the arrays returned are the batch's
 * own and must not be changed. Tokens outside a completion's trained spans are rows like others and are predicted by none.
 */
public final class PackedBatch {

    private final List<Example> examples;
    private final int[] tokens;
    private final int[] positions;
    private final int[] predictingRows;
    private final int[] targets;
    private final int[] tokenCounts;
    private final List<PromptGroup> groups;

    private PackedBatch(List<Example> examples, Writer writer) {
        this.examples = examples;
        this.tokens = writer.tokens;
        this.positions = writer.positions;
        this.predictingRows = writer.predictingRows;
        this.targets = writer.targets;
        this.tokenCounts = writer.tokenCounts;
        this.groups = List.copyOf(writer.groups);
    }

    /** Packs all completions of the examples, the mismatched ones too: {@link Example#only} chooses beforehand. May be empty. */
    public static PackedBatch of(List<Example> examples) {
        List<Example> copy = List.copyOf(examples);
        Writer writer = new Writer(copy);
        copy.forEach(writer::add);
        return new PackedBatch(copy, writer);
    }

    /** Rows that this example takes. */
    static int tokensOf(Example example) {
        int count = example.prompt().length;
        for (Completion completion : example.completions()) {
            count += completion.length();
        }
        return count;
    }

    public List<Example> examples() {
        return examples;
    }

    /** Number of completions, the length of every result that has one entry per completion. */
    public int sequences() {
        return tokenCounts.length;
    }

    /** Completions in the order of the results: example after example. */
    public List<Completion> completions() {
        return examples.stream()
                .flatMap(example -> example.completions().stream())
                .toList();
    }

    /** N: rows that the decoder computes. */
    public int packedTokens() {
        return tokens.length;
    }

    /** M: completion tokens with a log-prob. */
    public int predictedTokens() {
        return targets.length;
    }

    /** Tokens with a log-prob, per completion. */
    public int[] tokenCounts() {
        return tokenCounts.clone();
    }

    /** (N) ids. */
    public int[] tokens() {
        return tokens;
    }

    /** (N) place of each row in its own sequence, from 0. */
    public int[] positions() {
        return positions;
    }

    /** (M) row whose output predicts the token of the same index in {@link #targets}; completion after completion. */
    public int[] predictingRows() {
        return predictingRows;
    }

    /** (M) ids to be predicted. */
    public int[] targets() {
        return targets;
    }

    /** One entry per example, in order: they tile the rows. */
    public List<PromptGroup> groups() {
        return groups;
    }

    /** The highest position, -1 for an empty batch. */
    public int lastPosition() {
        int last = -1;
        for (int position : positions) {
            last = Math.max(last, position);
        }
        return last;
    }

    /** Fills the arrays example by example. */
    private static final class Writer {
        final int[] tokens;
        final int[] positions;
        final int[] predictingRows;
        final int[] targets;
        final int[] tokenCounts;
        final List<PromptGroup> groups = new ArrayList<>();
        int row;
        int predicted;
        int sequence;

        Writer(List<Example> examples) {
            long rows = 0;
            int sequences = 0;
            int predictions = 0;
            for (Example example : examples) {
                rows += tokensOf(example);
                sequences += example.completions().size();
                for (Completion completion : example.completions()) {
                    boolean unpredictedFirst =
                            example.prompt().length == 0 && completion.spans()[0] == 0;
                    predictions += completion.trainedTokens() - (unpredictedFirst ? 1 : 0);
                }
            }
            tokens = new int[Math.toIntExact(rows)];
            positions = new int[tokens.length];
            predictingRows = new int[predictions];
            targets = new int[predictions];
            tokenCounts = new int[sequences];
        }

        void add(Example example) {
            int start = row;
            int promptLength = example.prompt().length;
            append(example.prompt(), 0);
            int[] lengths = new int[example.completions().size()];
            for (int c = 0; c < lengths.length; c++) {
                Completion completion = example.completions().get(c);
                lengths[c] = completion.length();
                predict(completion, promptLength == 0 ? -1 : start + promptLength - 1);
                append(completion.tokens(), promptLength);
            }
            groups.add(new PromptGroup(start, promptLength, lengths));
        }

        private void predict(Completion completion, int lastPromptRow) {
            int before = predicted;
            int[] spans = completion.spans();
            for (int span = 0; span < spans.length; span += 2) {
                for (int t = spans[span]; t < spans[span + 1]; t++) {
                    int predictor = t == 0 ? lastPromptRow : row + t - 1;
                    if (predictor >= 0) {
                        predictingRows[predicted] = predictor;
                        targets[predicted++] = completion.tokens()[t];
                    }
                }
            }
            tokenCounts[sequence++] = predicted - before;
        }

        private void append(int[] ids, int firstPosition) {
            for (int t = 0; t < ids.length; t++) {
                tokens[row] = ids[t];
                positions[row++] = firstPosition + t;
            }
        }
    }
}
