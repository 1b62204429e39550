package io.trimtab.merge.shard;

import java.util.Iterator;
import java.util.NoSuchElementException;

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

    /** Most values in a tile: few enough to stay in a processor's cache from one loop over them to the next. */
    public static final int TILE = 1 << 12;

    public int length() {
        return to - from;
    }

    /** The same run in shorter ones, cut at the multiples of {@link #TILE} in the block. */
    public Iterable<TensorPart> tiles() {
        return Tiles::new;
    }

    private final class Tiles implements Iterator<TensorPart> {

        private int next = from;

        @Override
        public boolean hasNext() {
            return next < to;
        }

        @Override
        public TensorPart next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no further tile of " + TensorPart.this);
            }
            int start = next;
            next = Math.min(to, (start / TILE + 1) * TILE);
            return new TensorPart(tensor, element + (start - from), block, start, next);
        }
    }
}
