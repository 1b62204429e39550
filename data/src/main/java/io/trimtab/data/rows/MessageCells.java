package io.trimtab.data.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.files.StrictJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Message lists in containers that know only text, as CSV: a cell that is, as a whole, a JSON array of messages ({@code role} or
 * {@code from}) is that list, in any column. Columns that never hold text may hold any JSON array. Every other cell stays text.
 */
public final class MessageCells {
    /** Columns that are lists in every shape of a row. */
    private static final Set<String> LISTS = FamiliarRow.lists();

    /** A list of messages as JSON, or as Python prints it, which a program wrote that did not mean to. */
    private static final Pattern MESSAGES =
            Pattern.compile("\\s*\\[\\s*\\{\\s*['\"](role|content|from|value)['\"]\\s*:.*", Pattern.DOTALL);

    private static final ObjectReader ARRAY = StrictJson.reader(new TypeReference<List<Object>>() {});

    private MessageCells() {}

    /**
     * The row with lists where its cells are message lists.
     *
     * @param columns Trimtab's names to the table's
     * @return a rejection where a cell looks like messages and is no JSON: trained as text it would teach brackets
     */
    public static JsonLine in(JsonLine line, Map<String, String> columns) {
        if (!(line instanceof JsonLine.Row row)) {
            return line;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(row.row().fields());
        for (Map.Entry<String, @Nullable Object> field : fields.entrySet()) {
            if (field.getValue() instanceof String cell && cell.stripLeading().startsWith("[")) {
                try {
                    field.setValue(read(cell, isList(field.getKey(), columns)));
                } catch (JsonProcessingException e) {
                    return new JsonLine.Bad(new RowOutcome.Rejected(
                            row.row().id(),
                            RejectionReason.MALFORMED_MESSAGES,
                            "column " + field.getKey() + " looks like a list of messages and is no JSON"));
                }
            }
        }
        return new JsonLine.Row(new RawRow(row.row().id(), fields));
    }

    private static boolean isList(String column, Map<String, String> columns) {
        return LISTS.contains(column)
                || columns.entrySet().stream()
                        .anyMatch(mapped -> mapped.getValue().equals(column) && LISTS.contains(mapped.getKey()));
    }

    private static Object read(String cell, boolean list) throws JsonProcessingException {
        try {
            List<?> elements = ARRAY.readValue(cell);
            return list || isMessages(elements) ? elements : cell;
        } catch (JsonProcessingException e) {
            if (MESSAGES.matcher(cell).matches()) {
                throw e;
            }
            return cell;
        }
    }

    private static boolean isMessages(List<?> elements) {
        return !elements.isEmpty()
                && elements.stream()
                        .allMatch(element -> element instanceof Map<?, ?> message
                                && (message.get("role") instanceof String || message.get("from") instanceof String));
    }
}
