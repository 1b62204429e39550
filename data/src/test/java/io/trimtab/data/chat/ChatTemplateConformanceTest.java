package io.trimtab.data.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Real templates, rendered by Jinja2 3.1.6 as Hugging Face sets it up, byte for byte (shared data, conformance.json). */
class ChatTemplateConformanceTest {
    private static final Path FOLDER = Path.of(System.getProperty("trimtab.shared", "missing"), "data/chat-templates");

    @TestFactory
    List<DynamicTest> rendersLikeJinja2() throws IOException {
        assumeTrue(Files.isDirectory(FOLDER), "shared data is absent: " + FOLDER);
        ObjectMapper mapper = new ObjectMapper();
        JsonNode file = mapper.readTree(FOLDER.resolve("conformance.json").toFile());
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : file.get("cases")) {
            String name = entry.get("template").asText();
            Conversation conversation = Conversation.parse(mapper.convertValue(
                    file.get("conversations").get(entry.get("conversation").asText()), List.class));
            tests.add(DynamicTest.dynamicTest(
                    name + " " + entry.get("conversation").asText() + " "
                            + entry.get("add_generation_prompt").asBoolean(),
                    () -> check(name, conversation, entry)));
        }
        assertThat(tests).hasSize(182);
        return tests;
    }

    private static void check(String name, Conversation conversation, JsonNode entry) throws IOException {
        ChatTemplate template =
                ChatTemplate.of(Files.readString(FOLDER.resolve(name)), "<s>", "</s>", LocalDate.of(2026, 11, 21));
        boolean generation = entry.get("add_generation_prompt").asBoolean();
        if (entry.has("error")) {
            assertThatThrownBy(() -> template.render(conversation, generation)).isInstanceOf(TemplateException.class);
        } else {
            assertThat(template.render(conversation, generation))
                    .isEqualTo(entry.get("expected").asText());
        }
    }
}
