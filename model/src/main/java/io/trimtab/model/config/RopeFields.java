package io.trimtab.model.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.parts.Rope;
import java.util.Set;

/**
 * Rotary positions of a config.json: rope_theta with rope_scaling (transformers 4), or rope_parameters that hold both (5), in Gemma 3 one for
 * each type of layer.
 */
final class RopeFields {

    private static final Set<String> COMMON = Set.of("rope_type", "type", "rope_theta", "partial_rotary_factor");
    private static final String ORIGINAL = "original_max_position_embeddings";

    private final Family family;
    private final ConfigFields config;
    private final int maxPositions;

    RopeFields(Family family, ConfigFields config, int maxPositions) {
        this.family = family;
        this.config = config;
        this.maxPositions = maxPositions;
    }

    /** Of layers that look at everything. */
    Rope full() {
        String field = config.has("rope_scaling") ? "rope_scaling" : "rope_parameters";
        if (config.has("rope_scaling") && config.has("rope_parameters")) {
            throw config.unusable(
                    "rope_scaling and rope_parameters are both there, in the words of two versions of transformers:"
                            + " remove the one that does not hold");
        }
        boolean nested = family == Family.GEMMA3 && field.equals("rope_parameters");
        return nested
                ? ofType("full_attention", config.number("rope_theta"))
                : of(config, field, config.number("rope_theta"));
    }

    /** Of layers with a window: as the others, except in Gemma 3. */
    Rope sliding() {
        return family == Family.GEMMA3 ? ofType("sliding_attention", config.number("rope_local_base_freq")) : full();
    }

    private Rope ofType(String layerType, double theta) {
        ConfigFields perType = config.inner("rope_parameters", empty());
        perType.requireKnown(Set.of("full_attention", "sliding_attention"));
        return of(perType, layerType, theta);
    }

    private Rope of(ConfigFields outer, String field, double theta) {
        ObjectNode defaults =
                empty().put("rope_theta", theta).put("rope_type", "default").put("partial_rotary_factor", 1.0);
        if (config.has("partial_rotary_factor")) {
            defaults.put("partial_rotary_factor", config.number("partial_rotary_factor"));
        }
        ConfigFields rope = outer.inner(field, defaults);
        String type =
                rope.states("rope_type") ? rope.text("rope_type") : rope.has("type") ? rope.text("type") : "default";
        Rope.Plain plain = new Rope.Plain(rope.number("rope_theta"), share(rope));
        if (family == Family.PHI3 && !Set.of("default", "longrope", "su").contains(type)) {
            throw unknown(field, type, "default and longrope");
        }
        return switch (type) {
            case "default" -> known(rope, plain);
            case "linear" -> known(rope, new Rope.Linear(plain, rope.number("factor")), "factor");
            case "dynamic" -> known(rope, new Rope.Dynamic(plain, rope.number("factor")), "factor");
            case "llama3" -> llama3(rope, plain);
            case "longrope", "su" -> longRope(rope, plain);
            default -> throw unknown(field, type, "default, linear, dynamic, llama3 and longrope");
        };
    }

    private RuntimeException unknown(String field, String type, String known) {
        return config.unusable(field + " has rope_type " + type + ", and only " + known + " are implemented");
    }

    private double share(ConfigFields rope) {
        double share = rope.number("partial_rotary_factor");
        if (share != 1 && family != Family.PHI3) {
            throw config.unusable(
                    "partial_rotary_factor is " + share + ", and only 1.0 is implemented for " + family.architecture());
        }
        return share;
    }

    private static Rope llama3(ConfigFields rope, Rope.Plain plain) {
        return known(
                rope,
                new Rope.Llama3(
                        plain,
                        rope.number("factor"),
                        rope.number("low_freq_factor"),
                        rope.number("high_freq_factor"),
                        rope.integer(ORIGINAL)),
                "factor",
                "low_freq_factor",
                "high_freq_factor",
                ORIGINAL);
    }

    private Rope longRope(ConfigFields rope, Rope.Plain plain) {
        // Phi-3 keeps the original positions outside, and that one counts.
        int original = config.has(ORIGINAL) ? config.integer(ORIGINAL) : rope.integer(ORIGINAL);
        double factor = rope.has("factor") ? rope.number("factor") : (double) maxPositions / original;
        double suggested = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        double amplitude = rope.has("attention_factor") ? rope.number("attention_factor") : suggested;
        rope.numbers("long_factor");
        return known(
                rope,
                new Rope.LongRope(plain, rope.numbers("short_factor"), amplitude, original),
                "factor",
                "attention_factor",
                "short_factor",
                "long_factor",
                ORIGINAL);
    }

    private static Rope known(ConfigFields rope, Rope read, String... fields) {
        rope.requireKnown(COMMON, Set.of(fields));
        return read;
    }

    private static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode();
    }
}
