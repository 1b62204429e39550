package io.trimtab.job.spark.prepare;

import io.trimtab.job.spark.files.HadoopSettings;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Lengths by row number, in tokens. The arrays belong to the record.
 *
 * @param packed the prompt once and every trained completion
 * @param longest prompt and the longest trained completion
 */
public record RowLengths(int[] packed, int[] longest) {
    private static final int BLOCK_ROWS = 1 << 20;

    /** 8 bytes a row come to the driver. */
    static RowLengths collect(JavaSparkContext spark, RowFactFiles files, RowNumbers numbers, int rows) {
        HadoopSettings hadoop = files.hadoop();
        List<Block> blocks = new ArrayList<>(
                files.rdd(spark).flatMap(part -> new Blocks(part, hadoop)).collect());
        int[] packed = new int[rows];
        int[] longest = new int[rows];
        Arrays.fill(packed, -1);
        long found = 0;
        for (Block block : blocks) {
            int first = Math.toIntExact(numbers.first()[block.part] + block.firstRow);
            for (int i = 0; i < block.lengths.length; i++) {
                packed[first + i] = (int) (block.lengths[i] >>> 32);
                longest[first + i] = (int) block.lengths[i];
            }
            found += block.lengths.length;
        }
        if (found != rows || Arrays.stream(packed).anyMatch(length -> length < 0)) {
            throw new IllegalStateException("A prepared table has " + found + " rows where its report says " + rows
                    + ", or numbers them twice");
        }
        return new RowLengths(packed, longest);
    }

    /** Rows of a part that follow each other; two lengths in each number. */
    private record Block(int part, long firstRow, long[] lengths) implements Serializable {}

    private static final class Blocks implements Iterator<Block> {
        private final int part;
        private final RowFacts.Reader rows;
        private long firstRow;

        Blocks(RowFactFiles.Part part, HadoopSettings hadoop) throws IOException {
            this.part = part.number();
            this.rows = new RowFacts.Reader(hadoop, new Path(part.path()), part.bytes());
        }

        @Override
        public boolean hasNext() {
            return rows.hasNext();
        }

        @Override
        public Block next() {
            long[] lengths = new long[64];
            int count = 0;
            while (rows.hasNext() && count < BLOCK_ROWS) {
                lengths = count == lengths.length ? Arrays.copyOf(lengths, 2 * count) : lengths;
                RowFacts row = rows.next();
                lengths[count++] = (long) row.packedTokens() << 32 | row.longestTokens();
            }
            Block block = new Block(part, firstRow, Arrays.copyOf(lengths, count));
            firstRow += count;
            return block;
        }
    }
}
