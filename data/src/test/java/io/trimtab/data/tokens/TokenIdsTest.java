package io.trimtab.data.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIdsTest {

    @TempDir
    Path folder;

    @Test
    void specialTokensInsideTheVocabularyAreNotOrdinary() throws IOException {
        TokenIds ids = read("""
                {"added_tokens": [{"id": 9, "content": "<img>"}, {"id": 2, "content": "</s>"}],
                 "model": {"type": "BPE", "vocab": {"a": 0, "b": 5, "</s>": 2, "<img>": 9}}}
                """);
        assertThat(ids.highest()).isEqualTo(5);
        assertThat(ids.addedFrom(6)).isEqualTo(Optional.of(new TokenIds.Added(9, "<img>")));
        assertThat(ids.addedFrom(2)).map(TokenIds.Added::id).contains(2);
        assertThat(ids.addedFrom(10)).isEmpty();
    }

    @Test
    void aUnigramVocabularyIsAList() throws IOException {
        assertThat(read("""
                {"model": {"type": "Unigram", "vocab": [["a", -1.0], ["b", -2.0], ["c", -3.0]]}}
                """).highest()).isEqualTo(2);
    }

    @Test
    void aFileWithoutTokensHasNoIds() throws IOException {
        TokenIds ids = read("{}");
        assertThat(ids.highest()).isEqualTo(-1);
        assertThat(ids.addedFrom(0)).isEmpty();
    }

    private TokenIds read(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        return TokenIds.of(folder);
    }
}
