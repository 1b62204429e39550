package io.trimtab.data.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Cuts a text where its ids can be made piece by piece, and remembers the pieces of late: the turns of a prompt are in it and in every
 * prompt + completion, a system prompt is in every row.
 *
 * <p>The tokenizers library takes added tokens out of a text first and encodes what lies between them each by itself, so the ids of a text are
 * those of what stands before such a token and those from it on, in a row. That holds only for tokens that take no blanks beside them, stand
 * for themselves before any normalising, and cannot overlap another one; no other is a place to cut. Not thread safe.
 */
final class TextPieces {
    private static final int REMEMBERED = 512;
    private static final int LONGEST_REMEMBERED = 1 << 14;

    /** By first character; there are few, and every character of a table is looked up. */
    private final Map<Character, List<String>> cuts = new HashMap<>();

    private final char[] firstCharacters;

    private final Map<String, int[]> known = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, int[]> eldest) {
            return size() > REMEMBERED;
        }
    };

    private TextPieces(List<AddedToken> added) {
        for (AddedToken token : added) {
            boolean clear = token.standsAlone() && !token.beginsLikeAWord();
            if (clear && added.stream().noneMatch(other -> other.reachesOver(token))) {
                cuts.computeIfAbsent(token.text().charAt(0), first -> new ArrayList<>())
                        .add(token.text());
            }
        }
        firstCharacters = new char[cuts.size()];
        int at = 0;
        for (char first : cuts.keySet()) {
            firstCharacters[at++] = first;
        }
    }

    static TextPieces of(TokenizerOutline tokenizer) {
        return new TextPieces(tokens(tokenizer.addedTokens()));
    }

    private static List<AddedToken> tokens(JsonNode list) {
        List<AddedToken> tokens = new ArrayList<>();
        for (JsonNode token : list) {
            String text = token.path("content").asText();
            if (!text.isEmpty()) {
                boolean reaches = token.path("lstrip").asBoolean()
                        || token.path("rstrip").asBoolean()
                        || token.path("single_word").asBoolean()
                        || token.path("normalized").asBoolean(true);
                tokens.add(new AddedToken(text, !reaches));
            }
        }
        return tokens;
    }

    /** @param standsAlone whether it is matched as it is written, whatever lies beside it */
    private record AddedToken(String text, boolean standsAlone) {
        /** Whether this one, found first, could reach over the beginning of the other. */
        boolean reachesOver(AddedToken other) {
            if ((text.equals(other.text) && !standsAlone) || text.indexOf(other.text, 1) > 0) {
                return true;
            }
            // A longer token that begins with the other is found at the same place, which is as good.
            for (int length = 1; length < Math.min(text.length(), other.text.length() + 1); length++) {
                if (text.endsWith(other.text.substring(0, length))) {
                    return true;
                }
            }
            return false;
        }

        /** What lies before it would otherwise end at a letter where it ended at none. */
        boolean beginsLikeAWord() {
            return Character.isLetterOrDigit(text.charAt(0)) || text.charAt(0) == '_';
        }
    }

    /** @param encode gives the ids of one piece as if it were a whole text */
    int[] encode(String text, Function<String, int[]> encode) {
        List<int[]> parts = new ArrayList<>();
        int length = 0;
        for (String piece : pieces(text)) {
            int[] ids =
                    piece.length() > LONGEST_REMEMBERED ? encode.apply(piece) : known.computeIfAbsent(piece, encode);
            parts.add(ids);
            length += ids.length;
        }
        int[] all = new int[length];
        int at = 0;
        for (int[] ids : parts) {
            System.arraycopy(ids, 0, all, at, ids.length);
            at += ids.length;
        }
        return all;
    }

    /** The text in pieces, each but the first beginning with a token to cut before. */
    private List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int at = candidate(text, 1); at < text.length(); at = candidate(text, at + 1)) {
            if (startsWithOneOf(cuts.getOrDefault(text.charAt(at), List.of()), text, at)) {
                pieces.add(text.substring(start, at));
                start = at;
            }
        }
        pieces.add(text.substring(start));
        return pieces;
    }

    /** The next place, from this one on, where a token to cut before could begin; the text's end where there is none. */
    private int candidate(String text, int from) {
        int next = text.length();
        for (char first : firstCharacters) {
            int found = text.indexOf(first, from);
            next = found < 0 ? next : Math.min(next, found);
        }
        return next;
    }

    private static boolean startsWithOneOf(List<String> candidates, String text, int at) {
        for (String candidate : candidates) {
            if (text.startsWith(candidate, at)) {
                return true;
            }
        }
        return false;
    }
}
