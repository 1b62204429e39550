package io.trimtab.data.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateFilesTest {
    @TempDir
    Path folder;

    @Test
    void theFolderHasNoneOneOrSeveral() throws IOException {
        assertThat(ChatTemplateFiles.ofFolder(folder)).isEmpty();
        config("{\"chat_template\": \"{{ 1 }}\"}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).hasValue("{{ 1 }}");
        config("{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"},"
                + " {\"name\": \"default\", \"template\": \"d\"}]}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).hasValue("d");
        config("{\"chat_template\": null}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).isEmpty();
    }

    @Test
    void aFileOfItsOwnComesFirst() throws IOException {
        config("{\"chat_template\": \"{{ 1 }}\"}");
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ 2 }}");
        assertThat(ChatTemplateFiles.ofFolder(folder)).hasValue("{{ 2 }}");
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
