package io.trimtab.data.tokens;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A tokenizer small enough to work ids out by hand: one id per character, and one merge, {@code b} + {@code c}.
 *
 * <p>Ids: {@code <unk>} 0, {@code <s>} 1, {@code </s>} 2, blank 3, then a = 4, b = 5, … z = 29, {@code bc} = 30, then {@code :} 31, {@code |} 32.
 */
public final class TinyTokenizer {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TinyTokenizer() {}

    /** A folder whose tokenizer adds a BOS. */
    public static Path withBos(Path folder) {
        return write(folder, true, Map.of("bos_token", "<s>", "eos_token", "</s>"));
    }

    public static Path withoutBos(Path folder) {
        return write(folder, false, Map.of("bos_token", "<s>", "eos_token", "</s>"));
    }

    public static Path write(Path folder, boolean postProcessorAddsBos, Map<String, ?> config) {
        try {
            Files.createDirectories(folder);
            MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer(postProcessorAddsBos));
            MAPPER.writeValue(folder.resolve("tokenizer_config.json").toFile(), config);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectNode tokenizer(boolean addsBos) throws IOException {
        ObjectNode json = (ObjectNode) MAPPER.readTree("""
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "pre_tokenizer": null,
                 "decoder": {"type": "Fuse"}, "post_processor": null,
                 "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "fuse_unk": false, "byte_fallback": false,
                           "continuing_subword_prefix": null, "end_of_word_suffix": null, "merges": ["b c"]}}
                """);
        ObjectNode vocabulary = ((ObjectNode) json.get("model")).putObject("vocab");
        ArrayNode added = json.putArray("added_tokens");
        for (String token : new String[] {"<unk>", "<s>", "</s>"}) {
            added.add(added(vocabulary.size(), token));
            vocabulary.put(token, vocabulary.size());
        }
        vocabulary.put(" ", vocabulary.size());
        for (char letter = 'a'; letter <= 'z'; letter++) {
            vocabulary.put(String.valueOf(letter), vocabulary.size());
        }
        for (String token : new String[] {"bc", ":", "|"}) {
            vocabulary.put(token, vocabulary.size());
        }
        if (addsBos) {
            json.set("post_processor", MAPPER.readTree("""
                    {"type": "TemplateProcessing",
                     "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                                {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                     "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                     "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]},
                                        "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}}
                    """));
        }
        return json;
    }

    private static ObjectNode added(int id, String content) {
        return MAPPER.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }
}
