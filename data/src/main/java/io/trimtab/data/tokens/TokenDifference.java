package io.trimtab.data.tokens;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An id that two tokenizers give to different tokens.
 *
 * @param added whether one of them has it beside its vocabulary: special, or added after training
 */
public record TokenDifference(int id, String one, String other, boolean added) {
    private static final Comparator<TokenDifference> ORDINARY_FIRST =
            Comparator.comparing(TokenDifference::added).thenComparing(TokenDifference::id);

    /**
     * The first one between the tokenizer.json of two folders, ordinary tokens before added ones; none where a folder has no such file. An
     * id that only one of them has is no difference.
     *
     * @throws io.trimtab.data.DataException if one of the files is not valid JSON as far as it is read
     */
    public static Optional<TokenDifference> between(Path folder, Path otherFolder) {
        Path file = folder.resolve("tokenizer.json");
        Path otherFile = otherFolder.resolve("tokenizer.json");
        if (!Files.exists(file) || !Files.exists(otherFile)) {
            return Optional.empty();
        }
        Tokens one = Tokens.of(file);
        Tokens other = Tokens.of(otherFile);
        return one.byId().keySet().stream()
                .filter(id -> other.byId().containsKey(id))
                .map(id -> new TokenDifference(
                        id,
                        one.text(id),
                        other.text(id),
                        one.added().contains(id) || other.added().contains(id)))
                .filter(ids -> !ids.one().equals(ids.other()))
                .min(ORDINARY_FIRST);
    }

    private record Tokens(Map<Integer, String> byId, Set<Integer> added) {
        static Tokens of(Path tokenizerJson) {
            Map<Integer, String> byId = new HashMap<>();
            Set<Integer> added = new HashSet<>();
            Vocabulary.forEach(tokenizerJson, (token, id) -> byId.put(id, token));
            TokenizerOutline.of(tokenizerJson).addedTokens().forEach(token -> {
                int id = token.path("id").asInt();
                byId.put(id, token.path("content").asText());
                added.add(id);
            });
            return new Tokens(byId, added);
        }

        String text(int id) {
            return byId.getOrDefault(id, "");
        }
    }
}
