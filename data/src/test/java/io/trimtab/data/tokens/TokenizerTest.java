package io.trimtab.data.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.data.DataException;
import io.trimtab.data.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    @TempDir
    Path folder;

    @Test
    void encodesTheTextAloneAndTheSequenceWithOneBos() {
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.withBos(folder))) {
            assertThat(tokenizer.encode("abcb")).containsExactly(4, 30, 5);
            assertThat(tokenizer.encodeSequence("abcb")).containsExactly(1, 4, 30, 5);
        }
    }

    @Test
    void doesNotAddASecondBosToATextThatBeginsWithIt() {
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.withBos(folder))) {
            assertThat(tokenizer.encodeSequence("<s>a")).containsExactly(1, 4);
            assertThat(tokenizer.encodeSequence("a<s>")).containsExactly(1, 4, 1);
            assertThat(tokenizer.encodeSequence("")).containsExactly(1);
        }
    }

    @Test
    void leavesOutTheEosThatAPostProcessorAppends() {
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.withBos(folder))) {
            assertThat(tokenizer.prefix()).containsExactly(1);
            assertThat(tokenizer.encodeSequence("a")).doesNotContain(2);
        }
    }

    @Test
    void addsNoBosWhereTheTokenizerAddsNone() {
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.withoutBos(folder))) {
            assertThat(tokenizer.encodeSequence("a")).containsExactly(4);
            assertThat(tokenizer.bosId()).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStatedAddBosTokenOverridesThePostProcessor(boolean stated) {
        TinyTokenizer.write(folder, !stated, Map.of("bos_token", "<s>", "add_bos_token", stated));
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            assertThat(tokenizer.encodeSequence("a")).isEqualTo(stated ? new int[] {1, 4} : new int[] {4});
        }
    }

    @Test
    void readsSpecialTokensFromTheNextFileThatNamesThem() throws IOException {
        TinyTokenizer.write(folder, false, Map.of());
        Files.writeString(folder.resolve("config.json"), "{\"eos_token_id\": 7, \"bos_token_id\": 8}");
        assertEos(7);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [9, 10]}");
        assertEos(9);
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"eos_token\": {\"content\": \"</s>\"}}");
        assertEos(2);
        TinyTokenizer.write(folder, false, Map.of("eos_token", "<s>"));
        assertEos(1);
    }

    private void assertEos(int id) {
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            assertThat(tokenizer.eosId()).hasValue(id);
        }
    }

    @Test
    void ignoresTruncationAndPaddingStoredInTokenizerJson() throws IOException {
        ObjectNode json = TinyTokenizer.tokenizer(false);
        json.putObject("truncation")
                .put("max_length", 3)
                .put("strategy", "LongestFirst")
                .put("stride", 0)
                .put("direction", "Right");
        json.putObject("padding")
                .put("direction", "Right")
                .put("pad_id", 0)
                .put("pad_type_id", 0)
                .put("pad_token", "<unk>")
                .putNull("pad_to_multiple_of")
                .putObject("strategy")
                .put("Fixed", 8);
        new ObjectMapper().writeValue(folder.resolve("tokenizer.json").toFile(), json);
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            assertThat(tokenizer.encode("aaaaa")).hasSize(5);
            assertThat(tokenizer.encode("a".repeat(2000))).hasSize(2000);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain words",
                "two\n\nlines\tand a tab",
                "Größe, naïve, 中文, ελληνικά",
                "👩‍👩‍👧 😀 \uD83C\uDFF4",
                "nul \u0000 inside",
                "e\u0301 not composed"
            })
    void idsOfAnyTextDecodeToTheTextByteForByte(String text) {
        try (Tokenizer tokenizer = Tokenizer.open(SharedData.stories())) {
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void refusesAFolderWithoutTokenizerJsonAndABrokenOne() throws IOException {
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has no tokenizer.json")
                .hasMessageContaining(folder.toString());
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": 1}");
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("tokenizer.json as a tokenizer");
    }

    /** Ids that llama.cpp's authors took from Hugging Face (shared data, tokenizers/). */
    @ParameterizedTest
    @CsvSource({"gpt-2,gpt2", "qwen2,qwen2.5"})
    void agreesWithPublishedIds(String vocabularyName, String name) throws IOException {
        Path packed = SharedData.file("data/tokenizers/" + name + "-tokenizer.json.gz");
        try (InputStream stream = new GZIPInputStream(Files.newInputStream(packed))) {
            Files.copy(stream, folder.resolve("tokenizer.json"));
        }
        String vocabulary = "data/tokenizers/ggml-vocab-" + vocabularyName;
        List<String> texts =
                Arrays.asList(Files.readString(SharedData.file(vocabulary + ".inp"), StandardCharsets.UTF_8)
                        .split("\n__ggml_vocab_test__\n", -1));
        List<String> expected = Files.readAllLines(SharedData.file(vocabulary + ".out"));
        int compared = 0;
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            for (int i = 0; i < expected.size(); i++) {
                assertThat(tokenizer.encode(texts.get(i)))
                        .as("text %d", i)
                        .isEqualTo(Arrays.stream(expected.get(i).strip().split("\\s+", -1))
                                .filter(id -> !id.isEmpty())
                                .mapToInt(Integer::parseInt)
                                .toArray());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(40);
    }
}
