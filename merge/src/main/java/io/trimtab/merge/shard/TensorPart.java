package io.trimtab.merge.shard;

/**
 * A run of one tensor's values inside one block of a shard. A tensor cut by a shard border or a block border has several parts.
 *
 * @param tensor id of the tensor
 * @param element index, inside the tensor, of the first value
 * @param block number of the block that holds the run
 * @param from first index of the run in the block
 * @param to index behind the last one
 */
public record TensorPart(int tensor, long element, int block, int from, int to) {

    public int length() {
        return to - from;
    }
}
