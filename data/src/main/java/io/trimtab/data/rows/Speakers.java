package io.trimtab.data.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages of {@code from} and {@code value}, as ShareGPT writes them, told by role and content. */
final class Speakers {
    private static final Map<String, String> ROLES = Map.of(
            "human", "user",
            "gpt", "assistant",
            "chatgpt", "assistant",
            "bing", "assistant",
            "bard", "assistant",
            "observation", "tool",
            "function_response", "tool");

    private Speakers() {}

    static Map<String, @Nullable Object> message(String role, @Nullable Object content) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    /** A message, or a list with messages in it, by role and content; anything else as it is. */
    static @Nullable Object messages(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return message(map);
        }
        return value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)
                ? new ArrayList<Object>(list.stream()
                        .map(element -> element instanceof Map<?, ?> map ? message(map) : element)
                        .toList())
                : value;
    }

    /** A message of {@code from} and {@code value} by role and content; any other stays. */
    private static Map<?, ?> message(Map<?, ?> map) {
        if (map.get("role") != null || !(map.get("from") instanceof String from) || !map.containsKey("value")) {
            return map;
        }
        Map<Object, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", ROLES.getOrDefault(from.toLowerCase(Locale.ROOT), from));
        message.put("content", map.get("value"));
        map.forEach((key, value) -> {
            if (!"from".equals(key) && !"value".equals(key) && !"role".equals(key) && !"content".equals(key)) {
                message.put(key, value);
            }
        });
        return message;
    }
}
