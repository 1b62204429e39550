package io.trimtab.data.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateFilesTest {
    @TempDir
    Path folder;

    @Test
    void theFolderHasNoneOneOrSeveral() throws IOException {
        assertThat(ChatTemplateFiles.ofFolder(folder)).isEmpty();
        config("{\"chat_template\": \"{{ 1 }}\"}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).hasValue(ChatTemplateTexts.of("{{ 1 }}"));
        config("{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"},"
                + " {\"name\": \"default\", \"template\": \"d\"}]}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).hasValue(new ChatTemplateTexts("d", Optional.of("t")));
        config("{\"chat_template\": null}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).isEmpty();
    }

    @Test
    void aFileOfItsOwnComesFirst() throws IOException {
        config("{\"chat_template\": \"{{ 1 }}\"}");
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ 2 }}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).hasValue(ChatTemplateTexts.of("{{ 2 }}"));
    }

    @Test
    void furtherTemplatesLieInAFolderOfTheirOwn() throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ 2 }}");
        Files.createDirectories(folder.resolve("additional_chat_templates"));
        Files.writeString(folder.resolve("additional_chat_templates/tool_use.jinja"), "{{ 3 }}");
        Files.writeString(folder.resolve("additional_chat_templates/rag.jinja"), "{{ 4 }}");
        assertThat(ChatTemplateFiles.ofFolder(folder))
                .hasValue(new ChatTemplateTexts("{{ 2 }}", Optional.of("{{ 3 }}")));
        assertThat(ChatTemplateFiles.of("rag", folder)).isEqualTo(ChatTemplateTexts.of("{{ 4 }}"));
    }

    @Test
    void severalWithoutADefaultAreRefusedWithTheirNames() throws IOException {
        config("{\"chat_template\": [{\"name\": \"rag\", \"template\": \"t\"}]}");
        assertThatThrownBy(() -> ChatTemplateFiles.ofFolder(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("rag");
    }

    @Test
    void theSettingIsATemplateOrTheFileOfOne() throws IOException {
        assertThat(ChatTemplateFiles.ofSetting("{% if a %}{% endif %}")).isEqualTo("{% if a %}{% endif %}");
        Path file = Files.writeString(folder.resolve("my.jinja"), "{{ 3 }}");
        assertThat(ChatTemplateFiles.ofSetting(file.toString())).isEqualTo("{{ 3 }}");
        assertThatThrownBy(() -> ChatTemplateFiles.ofSetting("nowhere.jinja"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data.chat-template")
                .hasMessageContaining("nowhere.jinja");
    }

    private void config(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), json);
    }
}
