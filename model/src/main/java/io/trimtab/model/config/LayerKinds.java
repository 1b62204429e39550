package io.trimtab.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.model.parts.LayerKind;
import io.trimtab.model.parts.Rope;
import java.util.ArrayList;
import java.util.List;

/** How far each layer looks and how its positions turn: layer_types, or the older fields that say the same. */
final class LayerKinds {

    private static final String SLIDING = "sliding_attention";
    private static final String FULL = "full_attention";

    private final Family family;
    private final ConfigFields config;

    private LayerKinds(Family family, ConfigFields config) {
        this.family = family;
        this.config = config;
    }

    static List<LayerKind> read(Family family, ConfigFields config, int layers, int maxPositions) {
        LayerKinds kinds = new LayerKinds(family, config);
        RopeFields ropes = new RopeFields(family, config, maxPositions);
        Rope full = ropes.full();
        Rope sliding = ropes.sliding();
        List<LayerKind> result = new ArrayList<>();
        for (String type : kinds.types(layers)) {
            result.add(
                    type.equals(SLIDING)
                            ? new LayerKind(kinds.window(), sliding)
                            : new LayerKind(LayerKind.UNLIMITED, full));
        }
        return result;
    }

    private List<String> types(int layers) {
        List<String> types = new ArrayList<>();
        if (config.has("layer_types")) {
            for (JsonNode type : config.at("layer_types")) {
                types.add(type.asText());
            }
            types.forEach(this::requireKnown);
            if (types.size() != layers) {
                throw config.unusable(
                        "layer_types has " + types.size() + " entries, and num_hidden_layers is " + layers);
            }
            return types;
        }
        for (int layer = 0; layer < layers; layer++) {
            types.add(slides(layer) ? SLIDING : FULL);
        }
        return types;
    }

    private void requireKnown(String type) {
        if (!type.equals(SLIDING) && !type.equals(FULL)) {
            throw config.unusable(
                    "layer_types names " + type + ", and only " + FULL + " and " + SLIDING + " are implemented");
        }
    }

    private boolean slides(int layer) {
        return switch (family.windows()) {
            case NONE -> false;
            case EVERY_LAYER -> config.has("sliding_window");
            case UPPER_LAYERS ->
                config.flag("use_sliding_window")
                        && config.has("sliding_window")
                        && layer >= config.integer("max_window_layers");
            case ALTERNATING -> (layer + 1) % pattern() != 0;
        };
    }

    private int pattern() {
        int pattern = family == Family.GEMMA2 ? 2 : config.integer("sliding_window_pattern");
        if (pattern < 1) {
            throw config.unusable("sliding_window_pattern must be 1 or more, and is " + pattern);
        }
        return pattern;
    }

    private int window() {
        boolean off = family.windows() == Family.Windows.UPPER_LAYERS && !config.flag("use_sliding_window");
        if (off || !config.has("sliding_window")) {
            throw config.unusable("layer_types has layers with " + SLIDING + ", and sliding_window is "
                    + (off ? "switched off by use_sliding_window" : "missing"));
        }
        int window = config.integer("sliding_window");
        if (config.has("sliding_window_size") && config.integer("sliding_window_size") != window) {
            throw config.unusable("sliding_window is " + window + " and sliding_window_size is "
                    + config.at("sliding_window_size") + ": they must agree");
        }
        return window;
    }
}
