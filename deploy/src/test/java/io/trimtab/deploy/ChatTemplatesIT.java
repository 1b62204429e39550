package io.trimtab.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Published chat templates rendered by the shaded jar in executors, against what Jinja2 made of them. All of them stand in one template,
 * which chooses by a field of the row's messages.
 */
class ChatTemplatesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> TEMPLATES = List.of(
            "chatml",
            "deepseek-r1-distill",
            "llama3-header-format",
            "mistral-nemo-2407",
            "mistral-v0.1",
            "phi-3.5-mini",
            "qwen2.5",
            "qwen3",
            "smollm2",
            "zephyr");

    @TempDir
    Path folder;

    @Test
    void executorsRenderPublishedTemplatesAsJinja2() throws IOException {
        JsonNode conformance = JSON.readTree(
                SharedFolder.resolve("data/chat-templates/conformance.json").toFile());
        Trimtab trimtab = new Trimtab(folder);
        trimtab.write("all.jinja", allInOne());
        Map<String, String> expected = new TreeMap<>();
        List<String> rows = new ArrayList<>();
        int refused = 0;
        for (JsonNode test : conformance.get("cases")) {
            String dialect = test.get("template").asText().replace(".jinja", "");
            JsonNode conversation = conformance
                    .get("conversations")
                    .get(test.get("conversation").asText());
            boolean asked = !isAnswered(conversation);
            if (TEMPLATES.contains(dialect) && test.get("add_generation_prompt").asBoolean() == asked) {
                String id = dialect + "/" + test.get("conversation").asText();
                rows.add(row(id, dialect, conversation));
                if (test.has("expected")) {
                    expected.put(id, test.get("expected").asText());
                } else {
                    refused++;
                }
            }
        }
        Files.write(folder.resolve("rows.jsonl"), rows, UTF_8);
        trimtab.write("run.conf", """
                trimtab {
                  run-directory = run
                  model { policy = "%s" }
                  data { train { path = rows.jsonl }, max-length = 512, chat-template = all.jinja, max-rejected-share = 0.5 }
                  merge { rule = none }
                  training { stage = dpo }
                  cluster { ranks = 2 }
                }
                """.formatted(SharedFolder.resolve("data/models/stories260k")));
        trimtab.run("prepare", "run.conf", "--rendered", "rendered.jsonl").requireDone();

        Map<String, String> rendered = new TreeMap<>();
        for (String line : Files.readAllLines(folder.resolve("rendered.jsonl"))) {
            JsonNode row = JSON.readTree(line);
            String id = row.get("id").asText();
            JsonNode conversation = conformance.get("conversations").get(id.substring(id.indexOf('/') + 1));
            String prompt = row.get("prompt").asText();
            String completion = row.get("completions").get(0).asText();
            rendered.put(
                    id, isAnswered(conversation) ? whole(prompt, completion, expected.getOrDefault(id, "")) : prompt);
        }
        assertThat(expected).hasSizeGreaterThan(30);
        assertThat(rendered).isEqualTo(expected);
        assertThat(trimtab.json("run/data-report.json")
                        .get("rejected")
                        .get("template-error")
                        .asInt())
                .isEqualTo(refused);
    }

    private static String allInOne() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String dialect : TEMPLATES) {
            Path file = SharedFolder.resolve("data/chat-templates/" + dialect + ".jinja");
            String source = Files.readString(file);
            all.append(all.isEmpty() ? "{% if" : "{% elif")
                    .append(" messages[0]['dialect'] == '" + dialect + "' %}")
                    // Jinja drops the newline at a template's end.
                    .append(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        }
        return all + "{% endif %}";
    }

    /** A template may show an answered prompt otherwise; the completion then begins behind what is common. */
    private static String whole(String prompt, String completion, String expected) {
        int common = 0;
        while (common < Math.min(prompt.length(), expected.length())
                && prompt.charAt(common) == expected.charAt(common)) {
            common++;
        }
        return prompt.substring(0, common) + completion;
    }

    private static boolean isAnswered(JsonNode conversation) {
        return conversation.get(conversation.size() - 1).get("role").asText().equals("assistant");
    }

    /** The conversation as a pair, its messages marked with the template they are for; one that ends with an answer has it as chosen. */
    private static String row(String id, String dialect, JsonNode conversation) throws IOException {
        ObjectNode row = JSON.createObjectNode().put("id", id);
        ArrayNode prompt = row.putArray("prompt");
        for (JsonNode message : conversation) {
            prompt.add(((ObjectNode) message.deepCopy()).put("dialect", dialect));
        }
        JsonNode answer = isAnswered(conversation) ? prompt.remove(prompt.size() - 1) : answer("Yes", dialect);
        row.putArray("chosen").add(answer);
        row.putArray("rejected").add(answer("No", dialect));
        return JSON.writeValueAsString(row);
    }

    private static ObjectNode answer(String text, String dialect) {
        return JSON.createObjectNode()
                .put("role", "assistant")
                .put("content", text)
                .put("dialect", dialect);
    }
}
