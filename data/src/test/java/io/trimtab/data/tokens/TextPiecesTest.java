package io.trimtab.data.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids made piece by piece are those of the whole text. */
class TextPiecesTest {
    @TempDir
    Path folder;

    @Test
    void piecesBeginAtTokensThatStandAlone() throws IOException {
        List<String> encoded = new ArrayList<>();
        TextPieces pieces = pieces("""
                {"content": "<u>", "normalized": false}, {"content": "<mask>", "normalized": false, "lstrip": true},
                {"content": "<tool>", "normalized": true}""");
        int[] ids = pieces.encode("a<u>b <mask><u>c<tool><u>b <mask>", piece -> {
            encoded.add(piece);
            return new int[] {piece.length()};
        });
        assertThat(encoded).containsExactly("a", "<u>b <mask>", "<u>c<tool>");
        assertThat(ids).containsExactly(1, 11, 10, 11);
    }

    @Test
    void tokensThatOverlapOrBeginLikeWordsAreNoPlaceToCut() throws IOException {
        for (String tokens : List.of(
                // The end of one is the beginning of another; one is inside another; one overlaps itself; a word.
                "{\"content\": \"x<\", \"normalized\": false}, {\"content\": \"<u>\", \"normalized\": false}",
                "{\"content\": \"(<u>)\", \"normalized\": false}, {\"content\": \"<u>\", \"normalized\": false}",
                "{\"content\": \"<u><\", \"normalized\": false}",
                "{\"content\": \"u>\", \"normalized\": false}")) {
            List<String> encoded = new ArrayList<>();
            pieces(tokens).encode("a x<u>(<u>)<u><u>< u>", piece -> {
                encoded.add(piece);
                return new int[0];
            });
            assertThat(encoded).as(tokens).noneMatch(piece -> piece.startsWith("<u>") || piece.startsWith("u>"));
        }
    }

    @Test
    void randomTextsOfTinyHaveTheIdsOfTheWhole() {
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.withBos(folder))) {
            sameIds(tokenizer, List.of("<s>", "</s>", "<unk>", "<", "s>", " ", "b", "c", "bc", "<s", "é", "\n"));
        }
    }

    @Test
    void randomTextsOfQwenHaveTheIdsOfTheWhole() throws IOException {
        try (InputStream in = new GZIPInputStream(
                Files.newInputStream(SharedData.file("data/tokenizers/qwen2.5-tokenizer.json.gz")))) {
            Files.copy(in, folder.resolve("tokenizer.json"));
        }
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            sameIds(
                    tokenizer,
                    List.of(
                            "<|im_start|>",
                            "<|im_end|>",
                            "<|endoftext|>",
                            "<tool_call>",
                            "<|im_",
                            "user",
                            "\n",
                            " ",
                            "  ",
                            "it's",
                            "e\u0301",
                            "é",
                            "한국어",
                            "🙂",
                            "123",
                            "<|",
                            "|>"));
        }
    }

    @Test
    void randomTextsOfASentencePieceModelHaveTheIdsOfTheWhole() {
        try (Tokenizer tokenizer = Tokenizer.open(SharedData.stories())) {
            sameIds(tokenizer, List.of("<s>", "</s>", "<unk>", "Once", " upon", " ", "\n", "▁", "é", "<0x41>", "s"));
        }
    }

    private static void sameIds(Tokenizer tokenizer, List<String> parts) {
        Random random = new Random(17);
        for (int text = 0; text < 400; text++) {
            StringBuilder joined = new StringBuilder();
            for (int i = random.nextInt(14); i >= 0; i--) {
                joined.append(parts.get(random.nextInt(parts.size())));
            }
            String whole = joined.toString();
            assertThat(tokenizer.encode(whole)).as("text %d: %s", text, whole).isEqualTo(tokenizer.encodeWhole(whole));
        }
    }

    private TextPieces pieces(String tokens) throws IOException {
        Path file = folder.resolve("pieces.json");
        Files.writeString(file, "{\"version\": \"1.0\", \"added_tokens\": [" + tokens + "], \"model\": {}}");
        return TextPieces.of(TokenizerOutline.of(file));
    }
}
