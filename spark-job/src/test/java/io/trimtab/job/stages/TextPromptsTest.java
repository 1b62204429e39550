package io.trimtab.job.stages;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPromptsTest {
    @TempDir
    private Path folder;

    @Test
    void aLineIsAStringAPromptOrMessages() throws IOException {
        List<TextPrompt> prompts = read(
                "\"one \\n two\"",
                "",
                "{\"prompt\": \"three\", \"id\": 7}",
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"four\"}]}",
                "{\"messages\": [{\"role\": \"system\", \"content\": \"be kind\"}, {\"role\": \"user\", \"content\": \"five\"}]}");

        assertThat(prompts.stream().map(TextPrompt::text)).containsExactly("one \n two", "three", null, null);
        assertThat(prompts.get(2).messages()).isNotNull();
        assertThat(requireNonNull(prompts.get(3).messages()).size()).isEqualTo(2);
        assertThat(prompts.get(1).name()).endsWith("prompts.jsonl:3");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstPrompt() throws IOException {
        assertThat(read("\uFEFF\"one\"", "\"two\"").stream().map(TextPrompt::text))
                .containsExactly("one", "two");
    }

    @Test
    void aStringBecomesTheUsersMessageAndAConversationStaysOne() throws IOException {
        List<TextPrompt> prompts = read("\"hello\"", "{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}");

        assertThat(requireNonNull(prompts.get(0).asChat().messages()).contains("user", "hello"))
                .isTrue();
        assertThat(prompts.get(1).asChat()).isEqualTo(prompts.get(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | prompts.jsonl:1: it has neither prompt nor messages",
                "{\"text\": \"secret\"} | prompts.jsonl:1: it has neither prompt nor messages",
                "{\"prompt\": \"secret\", \"messages\": []} | prompts.jsonl:1: it has both prompt and messages",
                "{\"prompt\": 3} | prompts.jsonl:1: no list of messages",
                "{\"messages\": []} | prompts.jsonl:1: no list of messages",
                "{\"messages\": [{\"content\": \"secret\"}]} | prompts.jsonl:1: message 0 has no role",
                "{\"prompt\": \"secret\" | prompts.jsonl:1: not one JSON value, column",
                "\"secret\" \"secret\" | prompts.jsonl:1: not one JSON value, column",
                "{\"prompt\": \"a\", \"prompt\": \"secret\"} | prompts.jsonl:1: not one JSON value, column",
            })
    void anythingElseIsRefusedByItsPlaceAndNotQuoted(String line, String message) {
        assertThatThrownBy(() -> read(line))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aFileWithoutPromptsOrOfOtherBytesIsRefused() throws IOException {
        assertThatThrownBy(() -> TextPrompts.ofFile(folder.resolve("none.jsonl")))
                .hasMessageContaining("no file");
        assertThatThrownBy(() -> read("", " ")).hasMessageContaining("has no line with a prompt");
        Path latin = folder.resolve("latin.jsonl");
        Files.write(latin, "\"\u00e4\"".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> TextPrompts.ofFile(latin)).hasMessageContaining("not UTF-8");
    }

    private List<TextPrompt> read(String... lines) throws IOException {
        return TextPrompts.ofFile(Files.write(folder.resolve("prompts.jsonl"), List.of(lines)));
    }
}
