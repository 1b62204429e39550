package io.trimtab.model;

import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.batch.PromptGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a packed batch meet in attention: groups of similar length stand side by side in blocks of B groups, padded to the
 * width T of the longest, and each block is one attention call. Many tiny groups so cost one call, and long ones are not padded much.
 *
 * <p>Only attention sees this padding; every other operation works on the packed rows. Slots are the places of all blocks in a row; a pad
 * slot repeats a row of its group, comes after the group's own rows and is therefore seen by none of them, and its output is dropped.
 *
 * @param order row of each slot; empty where slots are the rows as they stand
 * @param restore slot of each row; empty where {@code order} is
 * @param sizes slots of each block, B times T
 * @param widths T of each block
 * @param segments for each block null where plain causal attention is right (no prompt has a second completion), else of each slot: 0 for a
 *     prompt's, c for the c-th completion's, -1 for a pad
 */
record AttentionPlan(int[] order, int[] restore, long[] sizes, long[] widths, List<int @Nullable []> segments) {

    /** A group joins a block whose width exceeds its length by at most this, or by an eighth: one more call costs as much as such pads. */
    private static final int FREE_PADS = 48;

    static AttentionPlan of(PackedBatch batch) {
        List<List<PromptGroup>> blocks = blocks(batch.groups());
        long[] sizes = new long[blocks.size()];
        long[] widths = new long[blocks.size()];
        List<int @Nullable []> segments = new ArrayList<>();
        int slots = 0;
        for (int b = 0; b < sizes.length; b++) {
            widths[b] = blocks.get(b).get(0).rows();
            sizes[b] = Math.multiplyExact(widths[b], blocks.get(b).size());
            slots = Math.toIntExact(slots + sizes[b]);
            segments.add(segments(blocks.get(b), (int) widths[b]));
        }
        int[] order = new int[slots];
        int[] restore = new int[batch.packedTokens()];
        boolean asTheyStand = place(blocks, order, restore);
        int[] none = {};
        return asTheyStand
                ? new AttentionPlan(none, none, sizes, widths, segments)
                : new AttentionPlan(order, restore, sizes, widths, segments);
    }

    /** Longest first, so that a block's first group gives its width. */
    private static List<List<PromptGroup>> blocks(List<PromptGroup> groups) {
        List<PromptGroup> sorted = new ArrayList<>(groups);
        sorted.sort(Comparator.comparingInt(PromptGroup::rows).reversed());
        List<List<PromptGroup>> blocks = new ArrayList<>();
        int width = 0;
        for (PromptGroup group : sorted) {
            if (blocks.isEmpty() || width - group.rows() > Math.max(FREE_PADS, width / 8)) {
                blocks.add(new ArrayList<>());
                width = group.rows();
            }
            blocks.get(blocks.size() - 1).add(group);
        }
        return blocks;
    }

    /** Fills order and restore; true where both are the identity. */
    private static boolean place(List<List<PromptGroup>> blocks, int[] order, int[] restore) {
        boolean identity = order.length == restore.length;
        int slot = 0;
        for (List<PromptGroup> block : blocks) {
            int width = block.get(0).rows();
            for (PromptGroup group : block) {
                for (int t = 0; t < width; t++) {
                    boolean pad = t >= group.rows();
                    int row = group.start() + (pad ? 0 : t);
                    order[slot] = row;
                    if (!pad) {
                        restore[row] = slot;
                        identity &= row == slot;
                    }
                    slot++;
                }
            }
        }
        return identity;
    }

    private static int @Nullable [] segments(List<PromptGroup> block, int width) {
        boolean causal = block.stream().allMatch(group -> group.completionLengths().length <= 1);
        if (causal) {
            return null;
        }
        int[] segments = new int[block.size() * width];
        int slot = 0;
        for (PromptGroup group : block) {
            int end = slot + width;
            slot += group.promptLength();
            int[] lengths = group.completionLengths();
            for (int c = 0; c < lengths.length; c++) {
                Arrays.fill(segments, slot, slot + lengths[c], c + 1);
                slot += lengths[c];
            }
            Arrays.fill(segments, slot, end, -1);
            slot = end;
        }
        return segments;
    }
}
