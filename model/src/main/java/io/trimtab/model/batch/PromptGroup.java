package io.trimtab.model.batch;

/**
 * The rows of one example: {@code promptLength} rows from {@code start}, then the completions one after the other. A row attends to the
 * prompt's rows and to its own completion's, up to itself. The array belongs to the record.
 */
public record PromptGroup(int start, int promptLength, int[] completionLengths) {

    public int rows() {
        int rows = promptLength;
        for (int length : completionLengths) {
            rows += length;
        }
        return rows;
    }
}
