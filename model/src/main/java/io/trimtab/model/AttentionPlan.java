package io.trimtab.model;

import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.batch.PromptGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How the rows of a packed batch meet in attention: in blocks of spans of similar size, side by side and padded to the longest, one
 * attention call per block. Only attention sees this padding; every other operation works on the packed rows.
 *
 * <p>A small example is one span: its rows look at all its rows through a mask. Of a long example with several completions the prompt is a
 * span of its own, and so is each completion, looking at the prompt and itself: less than half of the square is computed.
 *
 * @param queries row of each query slot, block after block; pads repeat a row and their output is dropped
 * @param keys row of each key slot; pads repeat a row and no row's limit reaches them
 * @param restore query slot of each packed row
 */
record AttentionPlan(int[] queries, int[] keys, int[] restore, List<Block> blocks) {

    /** Rows from which an example with several completions is taken apart: below, one more call costs more than the square saves. */
    private static final int APART_FROM = 160;

    /** A span joins a block that is wider by at most this, or by an eighth: one more call costs as much as such pads. */
    private static final int FREE_PADS = 32;

    /**
     * B spans of Tq query and Tk key slots.
     *
     * @param causal whether slot i simply sees slots 0 to i: no mask is needed, and the three arrays are empty
     * @param limits (B, Tq) last key slot that a query sees
     * @param querySegments (B, Tq) 0 for a prompt's row, c for the c-th completion's
     * @param keySegments (B, Tk) the same of the keys; a query sees the prompt's and its own
     * @param queryPositions (B, Tq) places in their own sequences, for windows
     * @param keyPositions (B, Tk) the same of the keys
     */
    record Block(
            int spans,
            int queryWidth,
            int keyWidth,
            boolean causal,
            int[] limits,
            int[] querySegments,
            int[] keySegments,
            int[] queryPositions,
            int[] keyPositions) {

        /** The same block with what a mask is made of, where it is causal. */
        Block explicit() {
            if (!causal) {
                return this;
            }
            int[] steps = new int[spans * queryWidth];
            for (int i = 0; i < steps.length; i++) {
                steps[i] = i % queryWidth;
            }
            return new Block(
                    spans,
                    queryWidth,
                    keyWidth,
                    false,
                    steps,
                    new int[steps.length],
                    new int[spans * keyWidth],
                    queryPositions,
                    keyPositions);
        }

        /** Whether a window of this width hides anything: every span reaches back to the begin of its sequence. */
        boolean isCutBy(int window) {
            return Arrays.stream(queryPositions).max().orElse(0) >= window;
        }
    }

    static AttentionPlan of(PackedBatch batch) {
        List<AttentionSpan> spans = new ArrayList<>();
        for (PromptGroup group : batch.groups()) {
            if (group.completionLengths().length > 1 && group.rows() >= APART_FROM) {
                spans.addAll(AttentionSpan.apart(group));
            } else {
                spans.add(AttentionSpan.together(group));
            }
        }
        return new Layout(batch.positions(), blocks(spans)).plan();
    }

    /** Widest first, so that a block's first span gives its widths. */
    private static List<List<AttentionSpan>> blocks(List<AttentionSpan> spans) {
        List<AttentionSpan> sorted = new ArrayList<>(spans);
        sorted.sort(Comparator.comparing(AttentionSpan::causal)
                .thenComparing(Comparator.comparingInt(AttentionSpan::keys).reversed()));
        List<List<AttentionSpan>> blocks = new ArrayList<>();
        List<AttentionSpan> block = List.of();
        for (AttentionSpan span : sorted) {
            if (block.isEmpty() || block.get(0).causal() != span.causal() || !fits(span, block)) {
                block = new ArrayList<>();
                blocks.add(block);
            }
            block.add(span);
        }
        return blocks;
    }

    private static boolean fits(AttentionSpan span, List<AttentionSpan> block) {
        int queries = span.queries();
        int mostQueries = queries;
        int leastQueries = queries;
        for (AttentionSpan other : block) {
            mostQueries = Math.max(mostQueries, other.queries());
            leastQueries = Math.min(leastQueries, other.queries());
        }
        return close(span.keys(), block.get(0).keys()) && close(leastQueries, mostQueries);
    }

    private static boolean close(int narrow, int wide) {
        return wide - narrow <= Math.max(FREE_PADS, wide / 8);
    }

    /** Puts the blocks' spans into slots. */
    private static final class Layout {
        private final int[] positions;
        private final List<List<AttentionSpan>> spans;
        private final int[] queries;
        private final int[] keys;
        private final int[] restore;
        private int querySlot;
        private int keySlot;

        Layout(int[] positions, List<List<AttentionSpan>> spans) {
            this.positions = positions;
            this.spans = spans;
            this.queries = new int[slots(spans, true)];
            this.keys = new int[slots(spans, false)];
            this.restore = new int[positions.length];
        }

        AttentionPlan plan() {
            List<Block> blocks = new ArrayList<>();
            for (List<AttentionSpan> block : spans) {
                blocks.add(place(block));
            }
            return new AttentionPlan(queries, keys, restore, List.copyOf(blocks));
        }

        private Block place(List<AttentionSpan> block) {
            int queryWidth = width(block, true);
            int keyWidth = width(block, false);
            boolean causal = block.get(0).causal();
            int[] limits = new int[causal ? 0 : block.size() * queryWidth];
            int[] querySegments = new int[limits.length];
            int[] keySegments = new int[causal ? 0 : block.size() * keyWidth];
            int[] queryPositions = new int[block.size() * queryWidth];
            int[] keyPositions = new int[block.size() * keyWidth];
            for (int s = 0; s < block.size(); s++) {
                AttentionSpan span = block.get(s);
                for (int t = 0; t < queryWidth; t++) {
                    boolean pad = t >= span.queries();
                    queries[querySlot] = span.queryRow(pad ? 0 : t);
                    queryPositions[s * queryWidth + t] = positions[queries[querySlot]];
                    if (!pad) {
                        restore[queries[querySlot]] = querySlot;
                    }
                    if (!causal && !pad) {
                        limits[s * queryWidth + t] = span.limit(t);
                        querySegments[s * queryWidth + t] = span.querySegment(t);
                    }
                    querySlot++;
                }
                for (int t = 0; t < keyWidth; t++) {
                    boolean pad = t >= span.keys();
                    keys[keySlot] = span.keyRow(pad ? 0 : t);
                    keyPositions[s * keyWidth + t] = positions[keys[keySlot++]];
                    if (!causal && !pad) {
                        keySegments[s * keyWidth + t] = span.keySegment(t);
                    }
                }
            }
            return new Block(
                    block.size(),
                    queryWidth,
                    keyWidth,
                    causal,
                    limits,
                    querySegments,
                    keySegments,
                    queryPositions,
                    keyPositions);
        }

        private static int slots(List<List<AttentionSpan>> blocks, boolean ofQueries) {
            long slots = 0;
            for (List<AttentionSpan> block : blocks) {
                slots += (long) width(block, ofQueries) * block.size();
            }
            return Math.toIntExact(slots);
        }

        private static int width(List<AttentionSpan> block, boolean ofQueries) {
            int width = 0;
            for (AttentionSpan span : block) {
                width = Math.max(width, ofQueries ? span.queries() : span.keys());
            }
            return width;
        }
    }
}
