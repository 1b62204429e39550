package io.trimtab.model.generate;

import io.trimtab.model.Policy;
import java.util.List;

/** Continues prompts. */
public final class Generator {

    /** New tokens of each prompt, in the order of the prompts; an end-of-text id, where one came, is the last of them. */
    public List<int[]> generate(Policy policy, List<int[]> prompts, GenerationSettings settings) {
        throw new UnsupportedOperationException("not yet");
    }
}
