package io.trimtab.data;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How text becomes ids.
 *
 * @param maxLength longest sequence in tokens: prompt, completion, BOS and EOS together
 * @param appendEos whether plain strings get the EOS id unless they end with it; rendered messages never do
 * @param chatTemplate a template or the path of one; null: the model folder's own
 */
public record TextSettings(
        int maxLength,
        OverLength overLength,
        boolean appendEos,
        @Nullable String chatTemplate) implements Serializable {
    public TextSettings {
        if (maxLength < 2) {
            throw new IllegalArgumentException("data.max-length must be at least 2: " + maxLength);
        }
    }
}
