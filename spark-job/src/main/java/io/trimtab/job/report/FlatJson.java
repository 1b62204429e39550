package io.trimtab.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON object as rows of a table: nested objects as dotted names, lists as they are written. */
final class FlatJson {
    private FlatJson() {}

    static Map<String, String> rows(JsonNode object) {
        Map<String, String> rows = new LinkedHashMap<>();
        List<Map.Entry<String, JsonNode>> open = new ArrayList<>(object.properties());
        while (!open.isEmpty()) {
            Map.Entry<String, JsonNode> field = open.remove(0);
            if (field.getValue().isObject()) {
                List<Map.Entry<String, JsonNode>> inner = new ArrayList<>();
                field.getValue()
                        .properties()
                        .forEach(f -> inner.add(Map.entry(field.getKey() + "." + f.getKey(), f.getValue())));
                open.addAll(0, inner);
            } else {
                rows.put(field.getKey(), value(field.getValue()));
            }
        }
        return rows;
    }

    private static String value(JsonNode node) {
        return node.isNumber() ? Numbers.plain(node.asDouble()) : node.isTextual() ? node.asText() : node.toString();
    }
}
