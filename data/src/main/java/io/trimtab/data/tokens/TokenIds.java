package io.trimtab.data.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The ids that a tokenizer.json can give out, without loading it as a tokenizer. */
public final class TokenIds {

    private final int highest;
    private final List<Added> added;

    private TokenIds(int highest, List<Added> added) {
        this.highest = highest;
        this.added = added;
    }

    /** A token that stands beside the vocabulary: special, or added after training. */
    public record Added(int id, String text) {}

    /**
     * Of the tokenizer.json in a folder; none where there is no such file.
     *
     * @throws io.trimtab.data.DataException if the file is not valid JSON
     */
    public static TokenIds of(Path folder) {
        JsonNode root = TokenizerFiles.read(folder.resolve("tokenizer.json"));
        List<Added> added = new ArrayList<>();
        for (JsonNode token : root.path("added_tokens")) {
            added.add(new Added(token.path("id").asInt(), token.path("content").asText()));
        }
        added.sort(Comparator.comparingInt(Added::id));
        return new TokenIds(highest(root.path("model").path("vocab"), added), List.copyOf(added));
    }

    /** Token to id, or for unigram models a list in the order of ids. Special tokens may stand there too. */
    private static int highest(JsonNode vocabulary, List<Added> added) {
        if (vocabulary.isArray()) {
            return vocabulary.size() - 1;
        }
        Set<String> special = added.stream().map(Added::text).collect(Collectors.toSet());
        int highest = -1;
        for (var token : vocabulary.properties()) {
            if (!special.contains(token.getKey())) {
                highest = Math.max(highest, token.getValue().asInt());
            }
        }
        return highest;
    }

    /** The highest id of an ordinary token, which any text may contain; -1 where there is none. */
    public int highest() {
        return highest;
    }

    /** The first token beside the vocabulary whose id is not below this. */
    public Optional<Added> addedFrom(int id) {
        return added.stream().filter(token -> token.id() >= id).findFirst();
    }
}
