package io.trimtab.job.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.synthetic.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rows of a world's file as examples, without Spark. */
final class WorldExamples {
    private static final ObjectMapper JSON = new ObjectMapper();

    private WorldExamples() {}

    /** Rows of text, prompt and completion, or pairs, by the columns they have. */
    static List<Example> read(Path file) {
        try {
            List<Example> examples = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                examples.add(example(file.getFileName() + ":" + (examples.size() + 1), JSON.readTree(line)));
            }
            return examples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Example example(String id, JsonNode row) {
        if (row.has("text")) {
            int[] all = Vocabulary.ids(row.get("text").asText());
            Completion text = new Completion(Arrays.copyOfRange(all, 1, all.length), CompletionRole.TARGET);
            return new Example(id, new int[] {all[0]}, List.of(text));
        }
        String prompt = row.get("prompt").asText();
        Map<String, CompletionRole> columns = new LinkedHashMap<>();
        columns.put("completion", CompletionRole.TARGET);
        columns.put("chosen", CompletionRole.CHOSEN);
        columns.put("rejected", CompletionRole.REJECTED);
        List<Completion> completions = new ArrayList<>();
        columns.forEach((column, role) -> {
            if (row.has(column)) {
                completions.add(completion(prompt, row.get(column).asText(), role));
            }
        });
        return new Example(id, Vocabulary.ids(prompt), completions);
    }

    private static Completion completion(String prompt, String completion, CompletionRole role) {
        int[] whole = Vocabulary.ids(prompt + completion);
        return new Completion(Arrays.copyOfRange(whole, Vocabulary.ids(prompt).length, whole.length), role);
    }
}
