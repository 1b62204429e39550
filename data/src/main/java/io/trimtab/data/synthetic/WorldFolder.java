package io.trimtab.data.synthetic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * A world as files: rows of every stage as JSON Lines in the shapes a user's own rows have, and the folder that a model is initialized
 * from (config.json and tokenizer). {@code world.json} is written last; a folder without it is not a world.
 */
public final class WorldFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PRETRAINING_ROWS = 8000;
    private static final int SFT_ROWS = 6000;
    private static final int PREFERENCE_PAIRS = 1600;
    private static final int HELD_OUT_PER_SKILL = 100;
    private static final int PROMPTS_PER_NOUN = 25;

    private final Path path;

    private WorldFolder(Path path) {
        this.path = path;
    }

    /** A world that lies in a folder; nothing is read. */
    public static WorldFolder at(Path path) {
        return new WorldFolder(path);
    }

    /** Writes the world of a seed, replacing files of the same name; byte for byte the same each time. */
    public static WorldFolder write(Path path, long seed) {
        WorldFolder folder = new WorldFolder(path);
        try {
            Files.createDirectories(path);
            Files.deleteIfExists(folder.manifest());
            Map<String, Integer> rows = folder.writeRows(World.of(seed));
            ModelFiles.write(folder.modelFolder());
            Map<String, Object> manifest = new LinkedHashMap<>();
            manifest.put("seed", seed);
            manifest.put("rows", rows);
            Files.write(folder.manifest(), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the synthetic world to " + path + ": " + e.getMessage(), e);
        }
        return folder;
    }

    private Map<String, Integer> writeRows(World world) throws IOException {
        WorldRows rows = new WorldRows(world);
        List<PreferencePair> pairs = rows.preferences(PREFERENCE_PAIRS);
        List<Question> questions = rows.heldOut(HELD_OUT_PER_SKILL);
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("pretrain", write(pretrain(), rows.pretraining(PRETRAINING_ROWS), text -> Map.of("text", text)));
        counts.put("sft", write(sft(), rows.sft(SFT_ROWS), WorldFolder::row));
        counts.put("pairs", write(pairs(), pairs, WorldFolder::pair));
        counts.put("labelled", write(labelled(), labelled(pairs), row -> row));
        counts.put("strict", write(strict(), questions, question -> test(question, WorldRows.chatSkill(question))));
        counts.put("raw", write(raw(), questions, question -> test(question, PromptAndAnswer.raw(question))));
        counts.put(
                "prompts",
                write(prompts(), rewardPrompts(), prompt -> fields("noun", prompt.noun(), "prompt", prompt.prompt())));
        return counts;
    }

    /** The world these files were written from. */
    public World world() {
        return World.of(readManifest().path("seed").asLong());
    }

    /** Whether everything was written, from this seed. */
    public boolean isComplete(long seed) {
        return Files.exists(manifest()) && readManifest().path("seed").asLong() == seed;
    }

    private JsonNode readManifest() {
        try {
            return JSON.readTree(manifest().toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the synthetic world in " + path + ": " + e.getMessage(), e);
        }
    }

    /** A question about a noun, whose sampled answer is judged. */
    public record RewardPrompt(String noun, String prompt) {}

    /** The content of {@link #prompts()}. */
    public List<RewardPrompt> rewardPrompts() {
        return Vocabulary.NOUNS.stream()
                .flatMap(noun -> Collections.nCopies(PROMPTS_PER_NOUN, noun).stream())
                .map(noun -> new RewardPrompt(noun, PromptAndAnswer.tellPrompt(noun)))
                .toList();
    }

    /** Rows {@code {"text": …}}. */
    public Path pretrain() {
        return path.resolve("pretrain.jsonl");
    }

    /** Rows {@code {"prompt": …, "completion": …}}. */
    public Path sft() {
        return path.resolve("sft.jsonl");
    }

    /** Rows {@code {"prompt": …, "chosen": …, "rejected": …}}. */
    public Path pairs() {
        return path.resolve("pairs.jsonl");
    }

    /** The same pairs taken apart: rows {@code {"prompt": …, "completion": …, "label": true | false}}. */
    public Path labelled() {
        return path.resolve("labelled.jsonl");
    }

    /** Held-out questions of every skill in the SFT format: rows {@code {"id": …, "prompt": …, "completion": …}}. */
    public Path strict() {
        return path.resolve("strict.jsonl");
    }

    /** The same questions in the pre-training format. */
    public Path raw() {
        return path.resolve("raw.jsonl");
    }

    /** What a model is asked for its reward: rows {@code {"noun": …, "prompt": …}}. */
    public Path prompts() {
        return path.resolve("prompts.jsonl");
    }

    /** The configuration of the small model, tokenizer files beside it. */
    public Path modelConfig() {
        return modelFolder().resolve("config.json");
    }

    private Path modelFolder() {
        return path.resolve("model");
    }

    /** Written last. */
    public Path manifest() {
        return path.resolve("world.json");
    }

    private static Map<String, Object> row(PromptAndAnswer row) {
        return fields("prompt", row.prompt(), "completion", row.completion());
    }

    private static Map<String, Object> pair(PreferencePair pair) {
        return fields("prompt", pair.prompt(), "chosen", answer(pair.chosen()), "rejected", answer(pair.rejected()));
    }

    private static List<Map<String, Object>> labelled(List<PreferencePair> pairs) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (PreferencePair pair : pairs) {
            rows.add(fields("prompt", pair.prompt(), "completion", answer(pair.chosen()), "label", true));
            rows.add(fields("prompt", pair.prompt(), "completion", answer(pair.rejected()), "label", false));
        }
        return rows;
    }

    private static Map<String, Object> test(Question question, PromptAndAnswer row) {
        String skill = question.skill().name().toLowerCase(Locale.ROOT);
        return fields("skill", skill, "prompt", row.prompt(), "completion", row.completion());
    }

    private static String answer(List<String> words) {
        return PromptAndAnswer.chatCompletion(words);
    }

    /** Keys and values in turn, in the order they are written. */
    private static Map<String, Object> fields(Object... keysAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            fields.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return fields;
    }

    private static <T> int write(Path file, List<T> rows, Function<T, Map<String, ?>> fields) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (T row : rows) {
                out.write(JSON.writeValueAsString(fields.apply(row)));
                out.write('\n');
            }
        }
        return rows.size();
    }
}
