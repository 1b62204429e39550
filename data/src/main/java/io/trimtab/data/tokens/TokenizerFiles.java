package io.trimtab.data.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the JSON files beside tokenizer.json say about BOS and EOS. */
final class TokenizerFiles {
    private static final List<String> NAMED_TOKENS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode tokenizerConfig;
    private final JsonNode specialTokens;
    private final JsonNode generationConfig;
    private final JsonNode modelConfig;

    private TokenizerFiles(Path folder) {
        tokenizerConfig = read(folder.resolve("tokenizer_config.json"));
        specialTokens = read(folder.resolve("special_tokens_map.json"));
        generationConfig = read(folder.resolve("generation_config.json"));
        modelConfig = read(folder.resolve("config.json"));
    }

    static TokenizerFiles of(Path folder) {
        return new TokenizerFiles(folder);
    }

    /** The file's content; an absent file is an empty one. */
    static JsonNode read(Path file) {
        if (!Files.exists(file)) {
            return MAPPER.createObjectNode();
        }
        try {
            return MAPPER.readTree(file.toFile());
        } catch (IOException e) {
            throw new DataException("Cannot read " + file + ": it is not valid JSON", e);
        }
    }

    /** The text of a special token, {@code bos_token} or {@code eos_token}; null where no file names one. */
    @Nullable
    String token(String key) {
        String text = text(tokenizerConfig.get(key));
        // An explicit null in tokenizer_config.json says that there is none.
        boolean settled = text != null || tokenizerConfig.has(key);
        return settled ? text : text(specialTokens.get(key));
    }

    /** What chat templates see of the tokenizer: its named special tokens with their texts. */
    Map<String, String> namedTokens() {
        Map<String, String> tokens = new TreeMap<>();
        for (String name : NAMED_TOKENS) {
            String text = token(name);
            if (text != null) {
                tokens.put(name, text);
            }
        }
        // Names of a model's own: image_token and the like.
        JsonNode more = tokenizerConfig.path("extra_special_tokens");
        if (more.isObject()) {
            more.properties().forEach(entry -> {
                String text = text(entry.getValue());
                if (text != null) {
                    tokens.put(entry.getKey(), text);
                }
            });
        }
        return tokens;
    }

    private static @Nullable String text(@Nullable JsonNode token) {
        if (token == null) {
            return null;
        }
        JsonNode content = token.isObject() ? token.get("content") : token;
        return content != null && content.isTextual() ? content.asText() : null;
    }

    /** The id under {@code bos_token_id} or {@code eos_token_id}, the first of a list; -1 where neither model file has one. */
    int modelId(String key) {
        int id = id(generationConfig.get(key));
        return id >= 0 ? id : id(modelConfig.get(key));
    }

    private static int id(@Nullable JsonNode value) {
        JsonNode single = value != null && value.isArray() ? value.get(0) : value;
        return single != null && single.isIntegralNumber() ? single.asInt() : -1;
    }

    /** What tokenizer_config.json says; empty: tokenizer.json's post-processor decides. */
    Optional<Boolean> addsBos() {
        JsonNode flag = tokenizerConfig.get("add_bos_token");
        return Optional.ofNullable(flag).filter(JsonNode::isBoolean).map(JsonNode::asBoolean);
    }
}
