package io.trimtab.model.parts;

/** Whether queries and keys are normed before they are turned. */
public enum QueryKeyNorm {
    NONE,
    /** Each head by itself, with one weight for all heads: Qwen3, Gemma 3. */
    PER_HEAD,
    /** All heads together: OLMo 2. */
    FULL_WIDTH;

    /** Entries of the norm's weight for so many heads; 0 where there is none. */
    public long width(int heads, int headSize) {
        return switch (this) {
            case NONE -> 0;
            case PER_HEAD -> headSize;
            case FULL_WIDTH -> (long) heads * headSize;
        };
    }
}
