package io.trimtab.model.parts;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the RMSNorms of a layer stand, and what Hugging Face calls them: the same name means different places in different families. */
public enum Norms {
    /** Before attention and before the MLP: Llama and most others. */
    BEFORE("input_layernorm", null, "post_attention_layernorm", null),
    /** Behind attention and behind the MLP, before what they add to the stream: OLMo 2. */
    AFTER(null, "post_attention_layernorm", null, "post_feedforward_layernorm"),
    /** Before and behind both: Gemma 2 and 3. */
    AROUND("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm");

    private final Optional<String> beforeAttention;
    private final Optional<String> afterAttention;
    private final Optional<String> beforeMlp;
    private final Optional<String> afterMlp;

    Norms(
            @Nullable String beforeAttention,
            @Nullable String afterAttention,
            @Nullable String beforeMlp,
            @Nullable String afterMlp) {
        this.beforeAttention = Optional.ofNullable(beforeAttention);
        this.afterAttention = Optional.ofNullable(afterAttention);
        this.beforeMlp = Optional.ofNullable(beforeMlp);
        this.afterMlp = Optional.ofNullable(afterMlp);
    }

    public Optional<String> beforeAttention() {
        return beforeAttention;
    }

    public Optional<String> afterAttention() {
        return afterAttention;
    }

    public Optional<String> beforeMlp() {
        return beforeMlp;
    }

    public Optional<String> afterMlp() {
        return afterMlp;
    }
}
