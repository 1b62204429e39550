package io.trimtab.job.spark.prepare;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Lengths by row number, in tokens. The arrays belong to the record.
 *
 * @param packed the prompt once and every trained completion
 * @param longest prompt and the longest trained completion
 */
public record RowLengths(int[] packed, int[] longest) {
    private static final int BLOCK_ROWS = 1 << 20;

    /** @param table row number, packed tokens and longest sequence of every row, in any order */
    static RowLengths collect(Dataset<Row> table, int rows) {
        List<Block> blocks =
                new ArrayList<>(table.toJavaRDD().mapPartitions(Blocks::new).collect());
        int[] packed = new int[rows];
        int[] longest = new int[rows];
        Arrays.fill(packed, -1);
        long found = 0;
        for (Block block : blocks) {
            for (int i = 0; i < block.lengths.length; i++) {
                int row = Math.toIntExact(block.firstRow + i);
                packed[row] = (int) (block.lengths[i] >>> 32);
                longest[row] = (int) block.lengths[i];
            }
            found += block.lengths.length;
        }
        if (found != rows || Arrays.stream(packed).anyMatch(length -> length < 0)) {
            throw new IllegalStateException("A prepared table has " + found + " rows where its report says " + rows
                    + ", or numbers them twice");
        }
        return new RowLengths(packed, longest);
    }

    /** Rows that follow each other; two lengths in each number. */
    private record Block(long firstRow, long[] lengths) implements Serializable {}

    private static final class Blocks implements Iterator<Block> {
        private final Iterator<Row> rows;
        private @Nullable Row next;

        Blocks(Iterator<Row> rows) {
            this.rows = rows;
            this.next = rows.hasNext() ? rows.next() : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Block next() {
            Row row = next;
            if (row == null) {
                throw new java.util.NoSuchElementException("No rows are left");
            }
            long first = row.getLong(0);
            long[] lengths = new long[64];
            int count = 0;
            while (row != null && row.getLong(0) == first + count && count < BLOCK_ROWS) {
                lengths = count == lengths.length ? Arrays.copyOf(lengths, 2 * count) : lengths;
                lengths[count++] = (long) row.getInt(1) << 32 | row.getInt(2);
                row = rows.hasNext() ? rows.next() : null;
            }
            next = row;
            return new Block(first, Arrays.copyOf(lengths, count));
        }
    }
}
