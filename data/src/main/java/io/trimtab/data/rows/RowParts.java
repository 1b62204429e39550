package io.trimtab.data.rows;

import java.util.List;

/**
 * The examples that a row stands for.
 *
 * @param parts empty where all scores are tied
 * @param tiedPairs pairs of scored answers that are no example, as their scores are equal or within the margin
 * @param leftOut answers without a text or a score
 */
record RowParts(List<RowPart> parts, int tiedPairs, int leftOut) {
    RowParts {
        parts = List.copyOf(parts);
    }

    static RowParts of(RowPart... parts) {
        return new RowParts(List.of(parts), 0, 0);
    }
}
