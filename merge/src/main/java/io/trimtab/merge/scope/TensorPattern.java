package io.trimtab.merge.scope;

import java.io.Serializable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression over the names of a model's tensors; it fits where it matches the whole name, as PEFT's {@code target_modules} do.
 *
 * @param place where the user wrote it, for errors
 */
public record TensorPattern(String regex, String place) implements Serializable {

    static final TensorPattern EVERYTHING = new TensorPattern(".*", "default");

    public boolean fits(String tensor) {
        return Pattern.matches(regex, tensor);
    }

    /** Wherever they are written, patterns that say the same are the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TensorPattern pattern && regex.equals(pattern.regex);
    }

    @Override
    public int hashCode() {
        return regex.hashCode();
    }
}
