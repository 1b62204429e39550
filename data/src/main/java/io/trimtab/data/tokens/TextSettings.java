package io.trimtab.data.tokens;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How text becomes ids.
 *
 * @param maxLength longest sequence in tokens: prompt, completion, BOS and EOS together
 * @param appendEos whether plain strings get the EOS id unless they end with it; rendered messages never do
 * @param chatTemplate a template, the path of one, or the name of one of the model folder's; null: the folder's own choice
 * @param maxPromptLength longest prompt in tokens, BOS included; {@link #UNLIMITED} where only the sum counts
 * @param maxCompletionLength longest completion in tokens, EOS included; {@link #UNLIMITED} where only the sum counts
 */
public record TextSettings(
        int maxLength,
        OverLength overLength,
        boolean appendEos,
        @Nullable String chatTemplate,
        int maxPromptLength,
        int maxCompletionLength,
        SpecialTokenPolicy specialTokens,
        BoundaryPolicy boundaryToken)
        implements Serializable {
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public TextSettings {
        if (maxLength < 2) {
            throw new IllegalArgumentException("data.max-length must be at least 2: " + maxLength);
        }
        if (maxPromptLength < 1 || maxCompletionLength < 1) {
            throw new IllegalArgumentException(
                    "data.max-prompt-length and data.max-completion-length must be at least 1: " + maxPromptLength
                            + ", " + maxCompletionLength);
        }
    }

    /** Without limits of their own for prompt and completion; special tokens become their ids, and merged ones are trained. */
    public TextSettings(int maxLength, OverLength overLength, boolean appendEos, @Nullable String chatTemplate) {
        this(
                maxLength,
                overLength,
                appendEos,
                chatTemplate,
                UNLIMITED,
                UNLIMITED,
                SpecialTokenPolicy.ALLOW,
                BoundaryPolicy.KEEP);
    }

    public TextSettings withChatTemplate(String template) {
        return new TextSettings(
                maxLength,
                overLength,
                appendEos,
                template,
                maxPromptLength,
                maxCompletionLength,
                specialTokens,
                boundaryToken);
    }
}
