package io.trimtab.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.weights.ModelFolderException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a config.json, or of an object in it, by type; whatever is wrong with one is an error that names file, field and value.
 *
 * @param prefix what stands before a field's name in messages
 * @param defaults the values of absent fields; a field that stands there as null is null
 */
record ConfigFields(Path file, String prefix, ObjectNode root, ObjectNode defaults) {

    /** Whether the field stands there, whatever its value. */
    boolean states(String field) {
        return root.has(field);
    }

    /** Whether the field has a value, stated or by default. */
    boolean has(String field) {
        return !at(field).isNull() && !at(field).isMissingNode();
    }

    JsonNode at(String field) {
        return root.has(field) ? root.get(field) : defaults.path(field);
    }

    int integer(String field) {
        JsonNode node = at(field);
        if (!node.isInt()) {
            throw unusable(prefix + field + " must be an integer, and is " + shown(node));
        }
        return node.asInt();
    }

    double number(String field) {
        JsonNode node = at(field);
        if (!node.isNumber()) {
            throw unusable(prefix + field + " must be a number, and is " + shown(node));
        }
        return node.asDouble();
    }

    /** Null is false. */
    boolean flag(String field) {
        JsonNode node = at(field);
        if (has(field) && !node.isBoolean()) {
            throw unusable(prefix + field + " must be true or false, and is " + shown(node));
        }
        return node.asBoolean(false);
    }

    String text(String field) {
        JsonNode node = at(field);
        if (!node.isTextual()) {
            throw unusable(prefix + field + " must be a text, and is " + shown(node));
        }
        return node.asText();
    }

    /** None where the field is null. */
    @Nullable
    Integer id(String field) {
        return has(field) ? (Integer) integer(field) : null;
    }

    /** One id, a list of them, or none where the field is null. */
    List<Integer> ids(String field) {
        JsonNode node = at(field);
        if (!node.isArray()) {
            return has(field) ? List.of(integer(field)) : List.of();
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : node) {
            if (!id.isInt()) {
                throw unusable(prefix + field + " must be an integer or a list of integers, and is " + node);
            }
            ids.add(id.asInt());
        }
        return ids;
    }

    /** Numbers of a list. */
    List<Double> numbers(String field) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode number : at(field)) {
            numbers.add(number.isNumber() ? number.asDouble() : Double.NaN);
        }
        if (!at(field).isArray() || numbers.contains(Double.NaN)) {
            throw unusable(prefix + field + " must be a list of numbers, and is " + shown(at(field)));
        }
        return numbers;
    }

    /** The fields of an object inside this one; none where it is null. */
    ConfigFields inner(String field, ObjectNode innerDefaults) {
        JsonNode node = at(field);
        if (has(field) && !node.isObject()) {
            throw unusable(prefix + field + " must be an object, and is " + shown(node));
        }
        return new ConfigFields(
                file, prefix + field + ".", has(field) ? (ObjectNode) node : innerDefaults.objectNode(), innerDefaults);
    }

    /** Refuses another value than this one, null aside. */
    void requireOnly(String field, JsonNode value) {
        JsonNode node = at(field);
        boolean numbers = node.isNumber() && value.isNumber();
        boolean same = numbers ? Double.compare(node.asDouble(), value.asDouble()) == 0 : node.equals(value);
        if (has(field) && !same) {
            throw unusable(prefix + field + " is " + node + ", and only " + value + " is implemented");
        }
    }

    /** Refuses what stands there with a value and is in none of the sets. A leading underscore marks bookkeeping. */
    @SafeVarargs
    final void requireKnown(Set<String>... known) {
        Set<String> unknown = new TreeSet<>();
        root.properties().forEach(field -> {
            boolean harmless =
                    field.getKey().startsWith("_") || field.getValue().isNull();
            for (Set<String> names : known) {
                harmless |= names.contains(field.getKey());
            }
            if (!harmless) {
                unknown.add(field.getKey());
            }
        });
        if (!unknown.isEmpty()) {
            throw unusable("fields that may change the computation and are not understood: " + unknown
                    + (prefix.isEmpty() ? "" : " in " + prefix.substring(0, prefix.length() - 1))
                    + "; remove them only if the model computes the same without them");
        }
    }

    ModelFolderException unusable(String why) {
        return new ModelFolderException("Cannot use the model of " + file + ": " + why);
    }

    private static String shown(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? "missing" : node.toString();
    }
}
