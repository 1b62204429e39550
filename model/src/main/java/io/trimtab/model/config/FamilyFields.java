package io.trimtab.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;

/**
 * families.json: the fields that a family's config.json may have.
 *
 * @param defaults what is understood, with what transformers 5 takes where the field is absent; null stands for no default
 * @param only fields for which one value is implemented, with it; null and absent mean the same
 * @param harmless bookkeeping, generation defaults and other tasks' fields: none changes what the decoder computes
 *     (pretraining_tp split matrix products of the released training run, with the same result; no dropout is applied here, as TRL's
 *     disable_dropout has it for preference training)
 */
record FamilyFields(ObjectNode defaults, ObjectNode only, Set<String> harmless) {

    static FamilyFields of(Family family) {
        JsonNode file = read();
        ObjectNode defaults = file.at("/common/defaults").deepCopy();
        ObjectNode only = file.at("/common/only").deepCopy();
        JsonNode own = file.get(family.key());
        own.path("defaults").properties().forEach(field -> defaults.set(field.getKey(), field.getValue()));
        own.path("only").properties().forEach(field -> only.set(field.getKey(), field.getValue()));
        // What a family understands, it may also have.
        defaults.fieldNames().forEachRemaining(only::remove);
        Set<String> harmless = new HashSet<>();
        file.get("harmless").forEach(name -> harmless.add(name.asText()));
        return new FamilyFields(defaults, only, harmless);
    }

    /** Names of the fields that are looked at. */
    Set<String> understood() {
        Set<String> names = new HashSet<>();
        defaults.fieldNames().forEachRemaining(names::add);
        only.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode read() {
        try (InputStream in = FamilyFields.class.getResourceAsStream("families.json")) {
            if (in == null) {
                throw new IllegalStateException("families.json is missing beside the classes");
            }
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read families.json", e);
        }
    }
}
