package io.trimtab.job.stages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.model.weights.ModelFolderException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The tokens of a tokenizer.json by their ids. */
record TokenWords(Path file, Map<Integer, String> tokens) {
    static final String FILE = "tokenizer.json";

    static TokenWords read(Path file) {
        Map<Integer, String> tokens = new TreeMap<>();
        JsonNode root = tree(file);
        JsonNode vocabulary = root.at("/model/vocab");
        if (vocabulary.isObject()) {
            vocabulary.properties().forEach(entry -> tokens.put(entry.getValue().asInt(), entry.getKey()));
        }
        for (int id = 0; vocabulary.isArray() && id < vocabulary.size(); id++) {
            tokens.put(id, vocabulary.get(id).path(0).asText());
        }
        root.path("added_tokens")
                .forEach(token -> tokens.put(
                        token.path("id").asInt(), token.path("content").asText()));
        return new TokenWords(file, tokens);
    }

    private static JsonNode tree(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new ModelFolderException("Cannot use " + file + ", it is not valid JSON", e);
        }
    }

    /** -1 where there is no token. */
    int lastId() {
        return tokens.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
    }

    /** The first id that stands for another token there; that one vocabulary has more ids is no conflict. */
    Optional<String> conflict(TokenWords other) {
        for (Map.Entry<Integer, String> own : tokens.entrySet()) {
            String there = other.tokens.get(own.getKey());
            if (there != null && !there.equals(own.getValue())) {
                return Optional.of("id " + own.getKey() + " is '" + own.getValue() + "' in " + file + " and '" + there
                        + "' in " + other.file);
            }
        }
        return Optional.empty();
    }
}
