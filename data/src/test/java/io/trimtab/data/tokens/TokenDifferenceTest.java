package io.trimtab.data.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenDifferenceTest {
    private static final String SMALL = """
            {"added_tokens": [{"id": 3, "content": "<free>"}], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}}}
            """;

    @TempDir
    private Path folder;

    @Test
    void anOrdinaryTokenComesBeforeAnAddedOne() throws IOException {
        String other = """
                {"added_tokens": [{"id": 0, "content": "<a>"}], "model": {"type": "BPE", "vocab": {"a": 0, "c": 1, "b": 2}}}
                """;
        assertThat(difference(SMALL, other)).contains(new TokenDifference(1, "b", "c", false));
    }

    @Test
    void aFreeTokenThatWasGivenAUseIsAnAddedOne() throws IOException {
        String other = """
                {"added_tokens": [{"id": 3, "content": "<turn>"}, {"id": 4, "content": "<end>"}],
                 "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}}}
                """;
        assertThat(difference(SMALL, other)).contains(new TokenDifference(3, "<free>", "<turn>", true));
    }

    @Test
    void whatOnlyOneHasIsNoDifference() throws IOException {
        assertThat(difference(SMALL, """
                {"model": {"type": "Unigram", "vocab": [["a", -1.0], ["b", -2.0]]}}
                """)).isEmpty();
        assertThat(difference(SMALL, SMALL)).isEmpty();
        assertThat(TokenDifference.between(folder.resolve("one"), folder)).isEmpty();
    }

    private Optional<TokenDifference> difference(String one, String other) throws IOException {
        return TokenDifference.between(written("one", one), written("other", other));
    }

    private Path written(String name, String json) throws IOException {
        Path written = Files.createDirectories(folder.resolve(name));
        Files.writeString(written.resolve("tokenizer.json"), json);
        return written;
    }
}
