package io.trimtab.merge.sparsify;

/**
 * A sparsifier of one tensor whose entries come in pieces, so that no tensor has to fit into memory. All entries are shown {@link #passes()} times
 * to {@code measure}, then to {@code apply}; within a pass the pieces come in ascending order without gaps, and a piece at offset 0 begins it.
 * What is kept depends on the entries alone, never on how they were cut into pieces. One object serves one tensor; not thread safe.
 */
public interface TensorSparsifier {

    /** How often all entries must be measured before they can be sparsified. */
    int passes();

    /**
     * Looks at the first {@code length} values.
     *
     * @param pass from 0
     * @param offset index in the tensor of the first value
     */
    void measure(int pass, float[] values, int length, long offset);

    /** Zeroes what is not kept among the first {@code length} values, and rescales the rest. */
    void apply(float[] values, int length, long offset);

    /** Keeps every entry. */
    static TensorSparsifier keepAll() {
        return new AllEntries();
    }
}
