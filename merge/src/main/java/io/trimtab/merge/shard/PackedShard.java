package io.trimtab.merge.shard;

/**
 * A shard that never changes, bit for bit in as few bytes as its values allow: page by page sparse where many of them are 0, and in bfloat16 where
 * that holds them. Negative zeros become zeros in sparse pages.
 */
public final class PackedShard {

    private final Page[][] blocks;

    private PackedShard(Page[][] blocks) {
        this.blocks = blocks;
    }

    /** Copies the values. */
    public static PackedShard of(Shard shard) {
        Page[][] blocks = new Page[shard.blockCount()][];
        for (int b = 0; b < blocks.length; b++) {
            float[] values = shard.view(b);
            blocks[b] = new Page[(values.length + TensorPart.TILE - 1) / TensorPart.TILE];
            for (int p = 0; p < blocks[b].length; p++) {
                int from = p * TensorPart.TILE;
                blocks[b][p] = Page.of(values, from, Math.min(values.length, from + TensorPart.TILE));
            }
        }
        return new PackedShard(blocks);
    }

    /** The entries of a tile that are not 0, and perhaps some that are, in ascending order. */
    public void read(TensorPart tile, Entries entries) {
        page(tile).read(from(tile), from(tile) + tile.length(), entries);
    }

    /** All values of a tile, to the start of an array. */
    public void read(TensorPart tile, float[] target) {
        page(tile).read(from(tile), from(tile) + tile.length(), target);
    }

    private Page page(TensorPart tile) {
        return blocks[tile.block()][tile.from() / TensorPart.TILE];
    }

    private static int from(TensorPart tile) {
        return tile.from() % TensorPart.TILE;
    }

    /** What the values take, without the objects around them. */
    public long bytes() {
        long bytes = 0;
        for (Page[] pages : blocks) {
            for (Page page : pages) {
                bytes += page.bytes();
            }
        }
        return bytes;
    }
}
