package io.trimtab.data;

import java.io.Serializable;
import java.util.Map;

/**
 * A row as its container gave it.
 *
 * @param id the {@code id} column if there is one, else file and position
 * @param fields by the table's own column names; values are String, Boolean, Number, List or Map of these, or null
 */
public record RawRow(String id, Map<String, Object> fields) implements Serializable {}
