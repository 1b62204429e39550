package io.trimtab.merge.shard;

/** Values that lie in arrays of the shard's own. */
record OwnBlocks(float[][] blocks) implements Blocks {

    static OwnBlocks zeros(long length, int blockLength) {
        float[][] blocks = new float[Math.toIntExact((length + blockLength - 1) / blockLength)][];
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = new float[(int) Math.min(blockLength, length - (long) b * blockLength)];
        }
        return new OwnBlocks(blocks);
    }

    @Override
    public int count() {
        return blocks.length;
    }

    @Override
    public int length(int number) {
        return blocks[number].length;
    }

    @Override
    public float[] block(int number) {
        return blocks[number];
    }

    @Override
    public float[] view(int number) {
        return blocks[number];
    }

    @Override
    public void read(int number, int from, float[] target, int at, int length) {
        System.arraycopy(blocks[number], from, target, at, length);
    }

    @Override
    public void write(int number, int from, float[] source, int at, int length) {
        System.arraycopy(source, at, blocks[number], from, length);
    }

    @Override
    public void settle() {}
}
