package io.trimtab.merge.offline;

/** How the entries of one output tensor come from those of its inputs, for one or several results. Immutable; one call may serve each thread. */
public sealed interface TensorMerge
        permits KeptTensor,
                LinearMerge,
                TaskVectorMerge,
                SphericalMerge,
                RowwiseSphericalMerge,
                ColumnwiseSphericalMerge,
                ModelStockMerge {

    /** Reads the inputs as often as it must and writes every entry of every result once. */
    void merge(Pieces inputs, Results results);
}
