package io.trimtab.data.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.data.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids made word by word are those of the whole text, with every split pattern for which they are made so. */
class WordsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BYTES =
            "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": false}";

    @TempDir
    Path folder;

    @Test
    void wordsBeginWithTheirBlankAndAreMadeOnce() {
        List<String> encoded = new ArrayList<>();
        int[] ids = new Words().encode(" a, b  c\n d\u00A0 e\u0301 a, f", word -> {
            encoded.add(word);
            return new int[] {word.length()};
        });
        // Not behind white space, whatever kind, and not behind a combining mark.
        assertThat(encoded).containsExactly(" a,", " b", "  c\n d\u00A0 e\u0301 a,", " f");
        assertThat(ids).containsExactly(3, 2, 13, 2);
        assertThat(Words.isOne("<|im_start|>")).isTrue();
        assertThat(Words.isOne("   ")).isTrue();
        assertThat(Words.isOne("end ")).isFalse();
    }

    @Test
    void manyOtherWordsDoNotFillTheMemory() {
        Words words = new Words();
        for (int word = 0; word < 200_000; word++) {
            assertThat(words.encode("w" + word, text -> new int[] {text.length()}))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // GPT-2, its own
                "",
                // Llama 3
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                // Qwen 2
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                // Qwen 3.5
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                // GPT-4o
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                // Mistral NeMo
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
            })
    void everySplitPatternGivesTheIdsOfTheWhole(String pattern) throws IOException {
        ObjectNode json = gpt2();
        json.set("normalizer", JSON.readTree("{\"type\": \"NFC\"}"));
        if (!pattern.isEmpty()) {
            ObjectNode split = (ObjectNode) JSON.readTree("{\"type\": \"Split\", \"behavior\": \"Isolated\"}");
            split.put("invert", false).putObject("pattern").put("Regex", pattern);
            json.set("pre_tokenizer", sequence(split, JSON.readTree(BYTES)));
        }
        assertThat(BlankSplits.areIn(outline(json))).isTrue();
        sameIds(15);
    }

    @Test
    void digitsOneByOneGiveTheIdsOfTheWhole() throws IOException {
        ObjectNode json = gpt2();
        json.set(
                "pre_tokenizer",
                sequence(
                        JSON.readTree("{\"type\": \"Digits\", \"individual_digits\": true}"),
                        JSON.readTree(
                                "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": true}")));
        assertThat(BlankSplits.areIn(outline(json))).isTrue();
        sameIds(16);
    }

    @Test
    void otherTokenizersAreNotCutAtBlanks() throws IOException {
        for (String change : List.of(
                "{\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true}}",
                "{\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": false}}",
                "{\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \".+\"}, \"behavior\": \"Isolated\"}}",
                "{\"pre_tokenizer\": {\"type\": \"Metaspace\"}}",
                "{\"pre_tokenizer\": null}",
                "{\"normalizer\": {\"type\": \"Lowercase\"}}",
                "{\"model\": {\"type\": \"Unigram\"}}",
                "{\"model\": {\"type\": \"BPE\", \"dropout\": 0.1}}",
                "{\"added_tokens\": [{\"content\": \"two words\"}]}",
                "{\"added_tokens\": [{\"content\": \"<end>\", \"rstrip\": true}]}",
                "{\"added_tokens\": [{\"content\": \"word\", \"single_word\": true}]}")) {
            ObjectNode json = gpt2();
            json.setAll((ObjectNode) JSON.readTree(change));
            assertThat(BlankSplits.areIn(outline(json))).as(change).isFalse();
        }
        assertThat(BlankSplits.areIn(TokenizerOutline.of(SharedData.stories().resolve("tokenizer.json"))))
                .isFalse();
    }

    private void sameIds(int seed) throws IOException {
        List<String> parts = List.of(
                " ",
                " ",
                " ",
                "  ",
                "\n",
                "\n\n",
                "\t",
                "\r\n",
                "\u00A0",
                "\u2003",
                "the",
                "The",
                "it's",
                "IT'S",
                "'",
                "n't",
                "e\u0301",
                "\u0301",
                "é",
                "한국",
                "ᄒ",
                "ᅡ",
                "中文",
                "🙂",
                "👩‍👩‍👧",
                "12",
                "3456",
                "٣",
                ".",
                ", ",
                "...",
                "/",
                "\\",
                "<|",
                "_",
                "<|endoftext|>",
                "ß",
                "ǅ",
                "\u200D",
                "\uFEFF",
                "\u0000",
                "if (x) {",
                "    return",
                "}\n");
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            Random random = new Random(seed);
            for (int text = 0; text < 200; text++) {
                StringBuilder joined = new StringBuilder();
                for (int i = random.nextInt(24); i >= 0; i--) {
                    joined.append(parts.get(random.nextInt(parts.size())));
                }
                same(tokenizer, joined.toString());
            }
            for (byte[] line : SharedData.harmlessLines().subList(0, 60)) {
                JsonNode pair = JSON.readTree(new String(line, StandardCharsets.UTF_8));
                same(tokenizer, pair.get("chosen").asText());
            }
        }
    }

    private static void same(Tokenizer tokenizer, String text) {
        assertThat(tokenizer.encode(text)).as(text).isEqualTo(tokenizer.encodeWhole(text));
    }

    private static ObjectNode gpt2() throws IOException {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(SharedData.file("data/tokenizers/gpt2-tokenizer.json.gz")))) {
            return (ObjectNode) JSON.readTree(in);
        }
    }

    private static JsonNode sequence(JsonNode... steps) {
        ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
        sequence.putArray("pretokenizers").addAll(List.of(steps));
        return sequence;
    }

    private TokenizerOutline outline(ObjectNode json) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        JSON.writeValue(file.toFile(), json);
        return TokenizerOutline.of(file);
    }
}
