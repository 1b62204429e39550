package io.trimtab.merge.shard;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one rank owns of the flat space, and how tensors lie in it.
 *
 * @param rank the owner
 * @param worldSize number of ranks
 * @param size length of the whole flat space
 * @param blockLength most floats in one block
 * @param parts the tensors' runs in this shard, in ascending order; together they cover it
 * @param tensorLengths lengths of all tensors of the space, by position in the table
 * @param tensorIds their ids, ascending
 * @param cut positions in the table, ascending, of the tensors that lie in more than one shard; the same list on every rank
 */
public record ShardLayout(
        int rank,
        int worldSize,
        long size,
        int blockLength,
        List<TensorPart> parts,
        List<Long> tensorLengths,
        List<Integer> tensorIds,
        List<Integer> cut) {

    /** 2^26 floats: 256 MiB. */
    public static final int LARGEST_BLOCK = 1 << 26;

    /** Unless said otherwise, 128 KiB: those of weights, gradient and moments fit a core's second cache together. A multiple of a tile. */
    public static final int BLOCK = 1 << 15;

    public ShardLayout {
        if (worldSize < 1 || rank < 0 || rank >= worldSize) {
            throw new IllegalArgumentException("Cannot lay out a shard: rank %d of %d".formatted(rank, worldSize));
        }
        if (blockLength < 1 || blockLength > LARGEST_BLOCK) {
            throw new IllegalArgumentException(
                    "Cannot lay out a shard: block length %d is not in 1 … %d".formatted(blockLength, LARGEST_BLOCK));
        }
        parts = List.copyOf(parts);
        tensorLengths = List.copyOf(tensorLengths);
        tensorIds = List.copyOf(tensorIds);
        cut = List.copyOf(cut);
    }

    public Range range() {
        return range(rank);
    }

    /** The parts of each tensor that has any here, by its id, in ascending order. */
    public Map<Integer, List<TensorPart>> tensors() {
        Map<Integer, List<TensorPart>> tensors = new LinkedHashMap<>();
        for (TensorPart part : parts) {
            tensors.computeIfAbsent(part.tensor(), id -> new ArrayList<>()).add(part);
        }
        return tensors;
    }

    /** What another rank owns. */
    public Range range(int otherRank) {
        return Range.part(size, otherRank, worldSize);
    }
}
