package io.trimtab.data.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
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
     * @throws io.trimtab.data.DataException if the file is not valid JSON as far as it is read
     */
    public static TokenIds of(Path folder) {
        Path file = folder.resolve("tokenizer.json");
        if (!Files.exists(file)) {
            return new TokenIds(-1, List.of());
        }
        List<Added> added = new ArrayList<>();
        for (JsonNode token : TokenizerOutline.of(file).addedTokens()) {
            added.add(new Added(token.path("id").asInt(), token.path("content").asText()));
        }
        added.sort(Comparator.comparingInt(Added::id));
        // Special tokens may stand in the vocabulary too.
        Set<String> special = added.stream().map(Added::text).collect(Collectors.toSet());
        int[] highest = {-1};
        Vocabulary.forEach(file, (token, id) -> {
            if (!special.contains(token)) {
                highest[0] = Math.max(highest[0], id);
            }
        });
        return new TokenIds(highest[0], List.copyOf(added));
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
