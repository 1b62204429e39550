package io.trimtab.merge.offline;

import java.util.List;

/** The sizes of a tensor, outermost first; none for a single number. */
public record Shape(List<Long> sizes) {

    public Shape {
        sizes = List.copyOf(sizes);
    }

    /** Number of entries, the product of the sizes. */
    public long entries() {
        long product = 1;
        for (long size : sizes) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    /** Length of the innermost dimension. */
    long columns() {
        return sizes.isEmpty() ? 1 : sizes.get(sizes.size() - 1);
    }

    /** Length of the outermost dimension. */
    long rows() {
        return sizes.isEmpty() ? 1 : sizes.get(0);
    }

    /** Whether only the number of rows differs, as between vocabularies of different size. */
    boolean sameBehindRows(Shape other) {
        return !sizes.isEmpty()
                && sizes.size() == other.sizes.size()
                && sizes.subList(1, sizes.size()).equals(other.sizes.subList(1, sizes.size()));
    }

    @Override
    public String toString() {
        return sizes.toString();
    }
}
