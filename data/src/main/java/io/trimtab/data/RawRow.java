package io.trimtab.data;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row as its container gave it.
 *
 * @param id the id column's value where the row has one, else file and position
 * @param fields by the table's own column names; values are String, Boolean, Number, List or Map of these, or null
 */
public record RawRow(String id, Map<String, @Nullable Object> fields) {

    /**
     * A row with its name: the value of the id column, or {@code position} where there is none. Ids are for people and for KTO's
     * pairing; nothing requires them to be unique.
     */
    public static RawRow of(Map<String, @Nullable Object> fields, String position, Map<String, String> columns) {
        Object id = fields.get(columns.getOrDefault("id", "id"));
        boolean named = id instanceof String text ? !text.isBlank() : id instanceof Number;
        return new RawRow(named ? String.valueOf(id) : position, fields);
    }
}
