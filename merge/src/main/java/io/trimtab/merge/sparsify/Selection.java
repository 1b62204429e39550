package io.trimtab.merge.sparsify;

import io.trimtab.merge.shard.TensorPart;
import java.util.List;

/**
 * The {@code count} entries of largest magnitude are looked for among these parts, or, together with other ranks, among these and theirs.
 *
 * @param parts on this rank, ascending; may be none where other ranks hold some
 */
record Selection(List<TensorPart> parts, long count) {

    Selection {
        parts = List.copyOf(parts);
    }
}
