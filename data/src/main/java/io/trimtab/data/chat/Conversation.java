package io.trimtab.data.chat;

import io.trimtab.data.chat.jinja.Template;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Messages in order, each a map with a {@code role} and its text under {@code content}, further entries as the template wants them.
 *
 * <p>Entries of a message that are null are left out, as Hugging Face leaves them out: a template that asks {@code is defined} would find
 * them. Nulls further inside, as in the arguments of a call, are the user's own and reach the template.
 */
public record Conversation(List<Map<String, Object>> messages) {
    private static final String ASSISTANT = "assistant";
    /** Names of a message's reasoning, the standard one first. */
    private static final List<String> REASONING = List.of("reasoning_content", "thinking", "reasoning");

    public Conversation {
        messages = List.copyOf(messages);
    }

    public static Conversation of(String role, String content) {
        return new Conversation(List.of(message(role, content)));
    }

    private static Map<String, Object> message(String role, String content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    /**
     * The messages of a list of maps.
     *
     * @throws IllegalArgumentException if an element is no message; says which, not what it holds
     */
    public static Conversation parse(List<?> list) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("message " + messages.size() + " is not an object");
            }
            messages.add(message(map, messages.size()));
        }
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("list of messages is empty");
        }
        return new Conversation(messages);
    }

    private static Map<String, Object> message(Map<?, ?> map, int position) {
        if (!(map.get("role") instanceof String role) || role.isBlank()) {
            throw new IllegalArgumentException("message " + position + " has no role");
        }
        Object content = map.get("content");
        if (text(content) == null && (content != null || map.get("tool_calls") == null)) {
            throw new IllegalArgumentException("message " + position + " has no text content");
        }
        Map<String, Object> message = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (value != null) {
                message.put(String.valueOf(key), value);
            }
        });
        return Collections.unmodifiableMap(message);
    }

    /** Content is a string, or a list of parts of type text. */
    private static @Nullable String text(@Nullable Object content) {
        if (content instanceof String text) {
            return text;
        }
        if (!(content instanceof List<?> parts)) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (Object part : parts) {
            if (!(part instanceof Map<?, ?> map) || !(map.get("text") instanceof String words)) {
                return null;
            }
            text.append(words);
        }
        return text.toString();
    }

    /** Whether some content is a list of parts. */
    boolean hasParts() {
        return messages.stream().anyMatch(message -> message.get("content") instanceof List);
    }

    /** This conversation with the joined text of its parts in their place. */
    Conversation withJoinedParts() {
        List<Map<String, Object>> joined = new ArrayList<>(messages.size());
        for (Map<String, Object> message : messages) {
            Map<String, Object> copy = new LinkedHashMap<>(message);
            copy.computeIfPresent("content", (key, content) -> text(content));
            joined.add(Collections.unmodifiableMap(copy));
        }
        return new Conversation(joined);
    }

    /** Whether the text holds a content's parts as Python prints a list, which no model was trained on. */
    boolean showsParts(String text) {
        return messages.stream()
                .map(message -> message.get("content"))
                .filter(content -> content instanceof List)
                .anyMatch(content -> text.contains(Template.printed(content)));
    }

    /** As templates get it: reasoning under each of the names that templates read, as Hugging Face fills them in. */
    List<Map<String, Object>> forTemplate() {
        if (messages.stream().noneMatch(message -> REASONING.stream().anyMatch(message::containsKey))) {
            return messages;
        }
        List<Map<String, Object>> filled = new ArrayList<>(messages.size());
        for (Map<String, Object> message : messages) {
            Object reasoning = null;
            for (String name : REASONING) {
                reasoning = reasoning == null ? message.get(name) : reasoning;
            }
            Map<String, Object> copy = new LinkedHashMap<>();
            if (reasoning != null) {
                copy.put("thinking", reasoning);
            }
            copy.putAll(message);
            if (reasoning != null) {
                copy.put("reasoning_content", reasoning);
            }
            filled.add(copy);
        }
        return filled;
    }

    /** This conversation with all strings but roles changed. */
    public Conversation withTexts(UnaryOperator<String> change) {
        List<Map<String, Object>> all = new ArrayList<>(messages.size());
        for (Map<String, Object> message : messages) {
            Map<String, Object> copy = new LinkedHashMap<>();
            message.forEach((key, value) -> copy.put(key, key.equals("role") ? value : changed(value, change)));
            all.add(Collections.unmodifiableMap(copy));
        }
        return new Conversation(all);
    }

    static @Nullable Object changed(@Nullable Object value, UnaryOperator<String> change) {
        if (value instanceof String text) {
            return change.apply(text);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, inner) -> copy.put(key, changed(inner, change)));
            return copy;
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            list.forEach(inner -> copy.add(changed(inner, change)));
            return copy;
        }
        return value;
    }

    /** How many messages from that one on are the assistant's. */
    public int assistantTurns(int first) {
        int turns = 0;
        for (int message = first; message < size(); message++) {
            turns += isAssistant(message) ? 1 : 0;
        }
        return turns;
    }

    public int size() {
        return messages.size();
    }

    public boolean isEmpty() {
        return messages.isEmpty();
    }

    public boolean startsWith(Conversation other) {
        return size() >= other.size() && messages.subList(0, other.size()).equals(other.messages);
    }

    /** Whether some message of the role has exactly this text. */
    public boolean contains(String role, String content) {
        return messages.stream()
                .anyMatch(message -> role.equals(message.get("role")) && content.equals(text(message.get("content"))));
    }

    public Conversation first(int count) {
        return new Conversation(messages.subList(0, count));
    }

    public Conversation from(int start) {
        return new Conversation(messages.subList(start, size()));
    }

    public Conversation then(Conversation next) {
        List<Map<String, Object>> all = new ArrayList<>(messages);
        all.addAll(next.messages);
        return new Conversation(all);
    }

    /** Whether it begins with what the model is told before everything; OpenAI's newer name for it is developer. */
    public boolean startsWithSystem() {
        return !isEmpty()
                && ("system".equals(messages.get(0).get("role"))
                        || "developer".equals(messages.get(0).get("role")));
    }

    public boolean startsWithAssistant() {
        return !isEmpty() && isAssistant(0);
    }

    public boolean endsWithAssistant() {
        return !isEmpty() && isAssistant(size() - 1);
    }

    boolean isAssistant(int position) {
        return ASSISTANT.equals(messages.get(position).get("role"));
    }

    /** Whether some message says something. */
    public boolean hasText() {
        return messages.stream().anyMatch(Conversation::saysSomething);
    }

    private static boolean saysSomething(Map<String, Object> message) {
        String text = text(message.get("content"));
        return (text != null && !text.isBlank()) || message.containsKey("tool_calls");
    }

    /** Sizes only: messages are a user's. */
    @Override
    public String toString() {
        return "Conversation of " + size() + " messages";
    }
}
