package io.trimtab.merge.sparsify;

import io.trimtab.merge.shard.TensorPart;
import java.util.List;

/**
 * The {@code count} entries of largest magnitude are looked for among these parts, or, together with other ranks, among these and theirs.
 *
 * @param tensor its id; any number where it is no single tensor
 * @param parts on this rank, ascending; may be none where other ranks hold some
 */
record Selection(int tensor, List<TensorPart> parts, long count) {

    Selection {
        parts = List.copyOf(parts);
    }

    /** Entries on this rank. */
    long length() {
        return parts.stream().mapToLong(TensorPart::length).sum();
    }
}
