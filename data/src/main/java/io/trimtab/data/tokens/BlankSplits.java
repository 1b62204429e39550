package io.trimtab.data.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * Tells whether a tokenizer always splits a text before a blank that follows another character, and makes the ids on either side whatever
 * lies on the other. So do byte-level BPE tokenizers with one of the published split patterns: none takes a blank behind another character
 * or looks back, and NFC joins nothing with a blank.
 */
final class BlankSplits {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SPACE = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String BEFORE_WORD = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String SIGNS = "| ?[^\\s\\p{L}\\p{N}]+";

    private static final Set<String> PATTERNS = Set.of(
            // GPT-2
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+" + SIGNS + "|\\s+(?!\\S)|\\s+",
            // Llama 3, GPT-4 and those who took theirs
            CONTRACTIONS + "|" + BEFORE_WORD + "\\p{L}+|\\p{N}{1,3}" + SIGNS + "[\\r\\n]*" + SPACE,
            // Qwen 2 to 3
            CONTRACTIONS + "|" + BEFORE_WORD + "\\p{L}+|\\p{N}" + SIGNS + "[\\r\\n]*" + SPACE,
            // Qwen 3.5
            CONTRACTIONS + "|" + BEFORE_WORD + "[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*" + SPACE,
            // GPT-4o
            cased(CONTRACTIONS + "?") + "|\\p{N}{1,3}" + SIGNS + "[\\r\\n/]*" + SPACE,
            // Mistral NeMo
            cased("") + "|\\p{N}" + SIGNS + "[\\r\\n/]*" + SPACE);

    private BlankSplits() {}

    private static String cased(String ending) {
        return BEFORE_WORD + UPPER + "*" + LOWER + "+" + ending + "|" + BEFORE_WORD + UPPER + "+" + LOWER + "*"
                + ending;
    }

    static boolean areIn(TokenizerOutline tokenizer) {
        JsonNode model = tokenizer.part("model");
        return model.path("type").asText().equals("BPE")
                && model.path("dropout").asDouble() == 0
                && isLocal(tokenizer.part("normalizer"))
                && splits(tokenizer.part("pre_tokenizer"))
                && noneReachesOver(tokenizer.addedTokens());
    }

    private static boolean isLocal(JsonNode normalizer) {
        return normalizer.isNull()
                || normalizer.isMissingNode()
                || normalizer.path("type").asText().equals("NFC");
    }

    private static boolean splits(JsonNode preTokenizer) {
        boolean sequence = preTokenizer.path("type").asText().equals("Sequence");
        boolean split = false;
        for (JsonNode step : sequence ? preTokenizer.path("pretokenizers") : List.of(preTokenizer)) {
            switch (step.path("type").asText()) {
                case "Digits" -> {}
                case "Split" -> {
                    if (!isPublished(step)) {
                        return false;
                    }
                    split = true;
                }
                case "ByteLevel" -> {
                    if (step.path("add_prefix_space").asBoolean(true)) {
                        return false;
                    }
                    split |= step.path("use_regex").asBoolean(true);
                }
                default -> {
                    return false;
                }
            }
        }
        return split;
    }

    private static boolean isPublished(JsonNode split) {
        return split.path("behavior").asText().equals("Isolated")
                && !split.path("invert").asBoolean()
                && PATTERNS.contains(split.path("pattern").path("Regex").asText());
    }

    /** An added token is found before anything is split: none may lie on both sides, or look there. */
    private static boolean noneReachesOver(JsonNode added) {
        for (JsonNode token : added) {
            if (token.path("rstrip").asBoolean()
                    || token.path("single_word").asBoolean()
                    || !Words.isOne(token.path("content").asText())) {
                return false;
            }
        }
        return true;
    }
}
