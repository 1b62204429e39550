package io.trimtab.data.synthetic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that the world's model is initialized from: a Llama-style decoder of 91,264 parameters and a tokenizer of whole words,
 * in Hugging Face's file formats.
 */
final class ModelFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelFiles() {}

    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        write(folder.resolve("tokenizer.json"), tokenizer());
        write(folder.resolve("tokenizer_config.json"), tokenizerConfig());
        write(folder.resolve("generation_config.json"), specialIds(JSON.createObjectNode()));
        write(folder.resolve("config.json"), model());
    }

    private static void write(Path file, ObjectNode content) throws IOException {
        Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
    }

    private static ObjectNode model() {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama");
        config.put("vocab_size", Vocabulary.WORDS.size());
        config.put("hidden_size", 64);
        config.put("intermediate_size", 128);
        config.put("num_hidden_layers", 2);
        config.put("num_attention_heads", 4);
        config.put("num_key_value_heads", 4);
        config.put("head_dim", 16);
        config.put("hidden_act", "silu");
        config.put("max_position_embeddings", 64);
        config.put("initializer_range", 0.02);
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 1000.0);
        config.put("tie_word_embeddings", true);
        config.put("attention_bias", false);
        config.put("mlp_bias", false);
        config.put("torch_dtype", "float32");
        return specialIds(config);
    }

    private static ObjectNode specialIds(ObjectNode config) {
        config.put("bos_token_id", id(Vocabulary.BOS));
        config.put("eos_token_id", id(Vocabulary.EOS));
        config.put("pad_token_id", id(Vocabulary.PAD));
        return config;
    }

    /** Words are what stands between white space; a word that is not in the list is an error, not an unknown token. */
    private static ObjectNode tokenizer() {
        ObjectNode tokenizer = JSON.createObjectNode();
        tokenizer.put("version", "1.0");
        tokenizer.putNull("truncation");
        tokenizer.putNull("padding");
        ArrayNode added = tokenizer.putArray("added_tokens");
        Vocabulary.SPECIAL.forEach(word -> added.add(addedToken(word)));
        tokenizer.putNull("normalizer");
        tokenizer.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        tokenizer.set("post_processor", beginningOfText());
        tokenizer.putNull("decoder");
        ObjectNode words = tokenizer.putObject("model").put("type", "WordLevel");
        ObjectNode ids = words.putObject("vocab");
        Vocabulary.WORDS.forEach(word -> ids.put(word, id(word)));
        words.put("unk_token", "<unk>");
        return tokenizer;
    }

    private static ObjectNode addedToken(String word) {
        ObjectNode token = JSON.createObjectNode();
        token.put("id", id(word)).put("content", word).put("single_word", false);
        return token.put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    /** {@code <s>} before every text, as Llama's own tokenizers do it. */
    private static ObjectNode beginningOfText() {
        ObjectNode template = JSON.createObjectNode().put("type", "TemplateProcessing");
        ArrayNode single = template.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", Vocabulary.BOS).put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        ArrayNode pair = template.putArray("pair");
        pair.addAll(single);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
        ObjectNode bos = template.putObject("special_tokens").putObject(Vocabulary.BOS);
        bos.put("id", Vocabulary.BOS);
        bos.putArray("ids").add(id(Vocabulary.BOS));
        bos.putArray("tokens").add(Vocabulary.BOS);
        return template;
    }

    private static ObjectNode tokenizerConfig() {
        ObjectNode config = JSON.createObjectNode();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("bos_token", Vocabulary.BOS);
        config.put("eos_token", Vocabulary.EOS);
        config.put("pad_token", Vocabulary.PAD);
        config.put("clean_up_tokenization_spaces", false);
        config.put("model_max_length", 64);
        return config;
    }

    private static int id(String word) {
        return Vocabulary.WORDS.indexOf(word);
    }
}
