package io.trimtab.data.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The tools that a row's conversation may call, JSON schemas as the template wants them; null where there are none. */
public record Tools(@Nullable List<?> list) {
    public static final Tools NONE = new Tools(null);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** These tools with all strings inside changed. */
    public Tools withTexts(UnaryOperator<String> change) {
        return list == null ? this : new Tools((List<?>) Conversation.changed(list, change));
    }

    boolean isPresent() {
        return list != null;
    }

    /**
     * The tools of a column: absent, a list of schemas, or such a list as JSON text.
     *
     * @throws IllegalArgumentException if it is neither; the message holds nothing of the value
     */
    public static Tools parse(@Nullable Object value) {
        if (value == null || (value instanceof String text && text.isBlank())) {
            return NONE;
        }
        Object tools = value;
        if (value instanceof String text) {
            try {
                tools = MAPPER.readValue(text, Object.class);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("tools are text that is no JSON", e);
            }
        }
        if (!(tools instanceof List<?> list) || !list.stream().allMatch(tool -> tool instanceof Map)) {
            throw new IllegalArgumentException("tools are no list of JSON schemas");
        }
        return new Tools(list);
    }
}
