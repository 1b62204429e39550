package io.trimtab.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.weights.ModelFolderException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a config.json by type; whatever is wrong with one is an error that names file, field and value. */
record ConfigFields(Path file, ObjectNode root) {

    /** Whether the field stands there with a value; null counts as absent. */
    boolean has(String field) {
        return root.hasNonNull(field);
    }

    boolean isNull(String field) {
        return root.path(field).isNull();
    }

    JsonNode at(String field) {
        return root.path(field);
    }

    int integer(String field) {
        if (!root.path(field).isInt()) {
            throw unusable(field + " must be an integer, and is " + (root.has(field) ? root.get(field) : "missing"));
        }
        return root.get(field).asInt();
    }

    int integer(String field, int absent) {
        return has(field) ? integer(field) : absent;
    }

    double number(String field, double absent) {
        if (!has(field)) {
            return absent;
        }
        if (!root.get(field).isNumber()) {
            throw unusable(field + " must be a number, and is " + root.get(field));
        }
        return root.get(field).asDouble();
    }

    boolean flag(String field, boolean absent) {
        if (!has(field)) {
            return absent;
        }
        if (!root.get(field).isBoolean()) {
            throw unusable(field + " must be true or false, and is " + root.get(field));
        }
        return root.get(field).asBoolean();
    }

    /** Null where the field says so. */
    @Nullable
    Integer id(String field, int absent) {
        return isNull(field) ? null : (Integer) integer(field, absent);
    }

    /** One id, a list of them, or none where the field says null. */
    List<Integer> ids(String field, int absent) {
        JsonNode node = root.path(field);
        if (!node.isArray()) {
            return isNull(field) ? List.of() : List.of(integer(field, absent));
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : node) {
            if (!id.isInt()) {
                throw unusable(field + " must be an integer or a list of integers, and is " + node);
            }
            ids.add(id.asInt());
        }
        return ids;
    }

    void requireOnly(String field, String value) {
        if (has(field) && !root.get(field).asText().equals(value)) {
            throw unusable(field + " is " + root.get(field) + ", and only " + value + " is implemented");
        }
    }

    /** Refuses what stands there with a value and is in neither set. A leading underscore marks bookkeeping. */
    void requireKnown(Set<String> understood, Set<String> harmless) {
        List<String> unknown = new ArrayList<>();
        root.fieldNames().forEachRemaining(field -> {
            boolean known = understood.contains(field) || harmless.contains(field) || field.startsWith("_");
            if (!known && has(field)) {
                unknown.add(field);
            }
        });
        if (!unknown.isEmpty()) {
            throw unusable("fields that may change the computation and are not understood: " + unknown
                    + "; remove them only if the model computes the same without them");
        }
    }

    ModelFolderException unusable(String why) {
        return new ModelFolderException("Cannot use the model of " + file + ": " + why);
    }
}
