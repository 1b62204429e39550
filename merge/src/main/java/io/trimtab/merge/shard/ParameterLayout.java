package io.trimtab.merge.shard;

import java.util.ArrayList;
import java.util.List;

/**
 * The flat, long-indexed space of a model's trained parameters: tensors one behind the other, in id order. Equal on every rank.
 *
 * @param tensors in ascending id and offset, without gaps
 */
public record ParameterLayout(List<Tensor> tensors) {

    /**
     * One trained tensor and its place.
     *
     * @param id rank of the tensor's Hugging Face name among all tensors of the model, trained or not; keys its masks
     * @param offset position of its first value in the flat space
     * @param length number of values; 0 is allowed
     */
    public record Tensor(int id, String name, long offset, long length) {

        public long end() {
            return offset + length;
        }
    }

    public ParameterLayout {
        tensors = List.copyOf(tensors);
        long end = 0;
        int lastId = -1;
        for (Tensor tensor : tensors) {
            if (tensor.offset() != end || tensor.length() < 0 || tensor.id() <= lastId) {
                throw new IllegalArgumentException(
                        "Cannot lay out parameters: tensor %s breaks the order (expected offset %d and an id above %d)"
                                .formatted(tensor, end, lastId));
            }
            end = tensor.end();
            lastId = tensor.id();
        }
    }

    /** Number of parameters. */
    public long size() {
        return tensors.isEmpty() ? 0 : tensors.get(tensors.size() - 1).end();
    }

    /** What a rank owns; the ranks' shards are equal up to one element and ignore tensor borders. */
    public Range shard(int rank, int worldSize) {
        return Range.part(size(), rank, worldSize);
    }

    public ShardLayout shardLayout(int rank, int worldSize) {
        return shardLayout(rank, worldSize, ShardLayout.BLOCK);
    }

    /** With shorter blocks, so that tests can cut tensors by block borders. */
    public ShardLayout shardLayout(int rank, int worldSize, int blockLength) {
        List<TensorPart> parts = new ArrayList<>();
        List<Integer> cut = new ArrayList<>();
        for (int position = 0; position < tensors.size(); position++) {
            Tensor tensor = tensors.get(position);
            addParts(parts, tensor, shard(rank, worldSize), blockLength);
            if (isCut(tensor, worldSize)) {
                cut.add(position);
            }
        }
        return new ShardLayout(
                rank,
                worldSize,
                size(),
                blockLength,
                parts,
                tensors.stream().map(Tensor::length).toList(),
                tensors.stream().map(Tensor::id).toList(),
                cut);
    }

    private static void addParts(List<TensorPart> parts, Tensor tensor, Range shard, int blockLength) {
        long end = Math.min(tensor.end(), shard.end());
        for (long position = Math.max(tensor.offset(), shard.start()); position < end; ) {
            long inShard = position - shard.start();
            int block = (int) (inShard / blockLength);
            int from = (int) (inShard % blockLength);
            int length = (int) Math.min(end - position, blockLength - from);
            parts.add(new TensorPart(tensor.id(), position - tensor.offset(), block, from, from + length));
            position += length;
        }
    }

    private boolean isCut(Tensor tensor, int worldSize) {
        for (int rank = 1; rank < worldSize; rank++) {
            long border = shard(rank, worldSize).start();
            if (tensor.offset() < border && border < tensor.end()) {
                return true;
            }
        }
        return false;
    }
}
