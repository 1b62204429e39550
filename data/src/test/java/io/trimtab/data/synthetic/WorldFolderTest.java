package io.trimtab.data.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorldFolderTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static WorldFolder world;

    @BeforeAll
    static void write() {
        world = WorldFolder.write(folder.resolve("once"), 0);
    }

    @Test
    void theManifestCountsTheRowsOfEveryFile() throws IOException {
        JsonNode rows = JSON.readTree(world.manifest().toFile()).get("rows");
        assertThat(rows.get("pretrain").asInt())
                .isEqualTo(lines(world.pretrain()).size())
                .isEqualTo(8000);
        assertThat(rows.get("sft").asInt()).isEqualTo(lines(world.sft()).size()).isEqualTo(6000);
        assertThat(rows.get("pairs").asInt())
                .isEqualTo(lines(world.pairs()).size())
                .isEqualTo(1600);
        assertThat(rows.get("labelled").asInt())
                .isEqualTo(lines(world.labelled()).size())
                .isEqualTo(3200);
        assertThat(rows.get("strict").asInt())
                .isEqualTo(lines(world.strict()).size())
                .isEqualTo(700);
        assertThat(rows.get("raw").asInt()).isEqualTo(lines(world.raw()).size()).isEqualTo(700);
        assertThat(rows.get("prompts").asInt())
                .isEqualTo(lines(world.prompts()).size())
                .isEqualTo(300);
    }

    @Test
    void everyFileIsTheSameEachTime() throws IOException {
        WorldFolder.write(folder.resolve("again"), 0);
        try (Stream<Path> files = Files.walk(folder.resolve("once"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path other =
                        folder.resolve("again").resolve(folder.resolve("once").relativize(file));
                assertThat(Files.mismatch(file, other)).as(file.toString()).isEqualTo(-1);
            }
        }
    }

    @Test
    void theTokenizerGivesEachWordItsPlaceAndBeginsEveryTextOnce() throws IOException {
        try (HuggingFaceTokenizer tokenizer = tokenizer()) {
            long[] ids = tokenizer.encode("<u> capital E0 <a> V31 . </s>").getIds();
            assertThat(ids).containsExactly(1, 3, id("capital"), id("E0"), 4, id("V31"), id("."), 2);
            long[] all = tokenizer.encode(String.join(" ", Vocabulary.WORDS)).getIds();
            assertThat(all).hasSize(142).startsWith(1, 0, 1, 2).endsWith(139, 140);
        }
    }

    @Test
    void promptsAreTokenPrefixesOfPromptAndCompletion() throws IOException {
        try (HuggingFaceTokenizer tokenizer = tokenizer()) {
            for (String line : lines(world.sft()).subList(0, 300)) {
                JsonNode row = JSON.readTree(line);
                String prompt = row.get("prompt").asText();
                long[] ids = tokenizer.encode(prompt).getIds();
                long[] whole = tokenizer
                        .encode(prompt + row.get("completion").asText())
                        .getIds();
                assertThat(whole).startsWith(ids).hasSizeGreaterThan(ids.length);
                assertThat(Vocabulary.ids(prompt))
                        .containsExactly(
                                Arrays.stream(ids).mapToInt(id -> (int) id).toArray());
            }
        }
    }

    @Test
    void decodingGivesTheTextBack() throws IOException {
        try (HuggingFaceTokenizer tokenizer = tokenizer()) {
            String text = "sure the A1 N3 B2 . thanks";
            assertThat(tokenizer.decode(tokenizer.encode(text).getIds(), true)).isEqualTo(text);
        }
    }

    @Test
    void theVocabularyHasNoWordTwice() {
        assertThat(new HashSet<>(Vocabulary.WORDS)).hasSize(141);
    }

    @Test
    void theModelHasTheParametersOfTheSpecification() throws IOException {
        JsonNode c = JSON.readTree(world.modelConfig().toFile());
        int d = c.get("hidden_size").asInt();
        int layer = 4 * d * d + 3 * d * c.get("intermediate_size").asInt() + 2 * d;
        int parameters =
                c.get("vocab_size").asInt() * d + c.get("num_hidden_layers").asInt() * layer + d;
        assertThat(parameters).isEqualTo(91_264);
    }

    private static HuggingFaceTokenizer tokenizer() throws IOException {
        return HuggingFaceTokenizer.newInstance(world.modelConfig().resolveSibling("tokenizer.json"));
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }

    private static long id(String word) {
        return Vocabulary.WORDS.indexOf(word);
    }
}
