package io.trimtab.merge.depth;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor inside a layer, taken apart at the layer's number.
 *
 * @param stack what stands before the number; a model may have several stacks of layers
 * @param part what stands behind it
 */
public record LayerName(String stack, int layer, String part) {

    private static final Pattern NUMBERED =
            Pattern.compile("((?:.*?\\.)?(?:layers|h|blocks|block)\\.)(\\d{1,6})(\\..+)");

    /** Empty for tensors outside of layers: embeddings, the last norm, the head. */
    public static Optional<LayerName> of(String tensor) {
        Matcher matcher = NUMBERED.matcher(tensor);
        return matcher.matches()
                ? Optional.of(new LayerName(matcher.group(1), Integer.parseInt(matcher.group(2)), matcher.group(3)))
                : Optional.empty();
    }

    /** The layer's own name. */
    public String layerName() {
        return stack + layer;
    }

    /** The same part of another layer. */
    public String at(int other) {
        return stack + other + part;
    }
}
