package io.trimtab.data.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The special tokens of a tokenizer as texts: finds them in what users wrote, and marks them there, so that the encoder can tell them from
 * the chat template's own.
 */
public final class SpecialTokens {
    /** Private-use code points, the ones that Hugging Face marks with. */
    private static final String OPEN = "\uDB80\uDC00";

    private static final String CLOSE = "\uDB80\uDC01";

    /** By first character; longest first, so that a token goes before those inside it. */
    private final Map<Character, List<String>> byStart = new HashMap<>();

    private SpecialTokens(JsonNode addedTokens) {
        for (JsonNode token : addedTokens) {
            String content = token.path("content").asText();
            if (token.path("special").asBoolean() && !content.isEmpty()) {
                byStart.computeIfAbsent(content.charAt(0), start -> new ArrayList<>())
                        .add(content);
            }
        }
        byStart.values()
                .forEach(tokens ->
                        tokens.sort(Comparator.comparingInt(String::length).reversed()));
    }

    /** Those that tokenizer.json adds as special. */
    static SpecialTokens of(TokenizerOutline tokenizer) {
        return new SpecialTokens(tokenizer.addedTokens());
    }

    /** Whether the text has one written out. */
    public boolean isIn(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (startingAt(text, at) != null) {
                return true;
            }
        }
        return false;
    }

    /** The text with every special token in it marked; marks that it had are taken out. */
    public String marked(String text) {
        StringBuilder marked = new StringBuilder();
        String bare = unmarked(text);
        int at = 0;
        while (at < bare.length()) {
            String token = startingAt(bare, at);
            if (token == null) {
                marked.append(bare.charAt(at++));
            } else {
                marked.append(OPEN).append(token).append(CLOSE);
                at += token.length();
            }
        }
        return marked.toString();
    }

    public static String unmarked(String text) {
        return text.replace(OPEN, "").replace(CLOSE, "");
    }

    private @Nullable String startingAt(String text, int at) {
        List<String> candidates = byStart.get(text.charAt(at));
        if (candidates != null) {
            for (String token : candidates) {
                if (text.startsWith(token, at)) {
                    return token;
                }
            }
        }
        return null;
    }

    /** A piece of a marked text. */
    record Piece(String text, int start, boolean literal) {}

    /** The pieces between marks, marks left out; a lone mark breaks the text and means nothing more. */
    static List<Piece> pieces(String marked) {
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        boolean open = false;
        while (at <= marked.length()) {
            int next = nextMark(marked, at);
            String text = marked.substring(at, next);
            boolean closed = next < marked.length() && marked.startsWith(CLOSE, next);
            if (!text.isEmpty()) {
                pieces.add(new Piece(text, at, open && closed));
            }
            open = next < marked.length() && !closed;
            at = next + OPEN.length();
        }
        return pieces;
    }

    private static int nextMark(String marked, int from) {
        int open = marked.indexOf(OPEN, from);
        int close = marked.indexOf(CLOSE, from);
        int next = open < 0 ? close : close < 0 ? open : Math.min(open, close);
        return next < 0 ? marked.length() : next;
    }

    static boolean isMarked(String text) {
        return text.contains(OPEN) || text.contains(CLOSE);
    }
}
