package io.trimtab.job.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.PairPolicy;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.data.tokens.BoundaryPolicy;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.SpecialTokenPolicy;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.TokenizerFiles;
import io.trimtab.job.spark.source.SourceFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes a prepared table another one, and what does not. */
class PreparationFingerprintTest {
    @TempDir
    Path folder;

    private Path model;
    private Path rows;

    @BeforeEach
    void writeFiles() throws IOException {
        model = Files.createDirectories(folder.resolve("model"));
        for (String name : List.of(
                "tokenizer.json",
                "tokenizer_config.json",
                "special_tokens_map.json",
                "chat_template.jinja",
                "generation_config.json",
                "config.json",
                "model.safetensors")) {
            Files.writeString(model.resolve(name), "{}");
        }
        rows = Files.createDirectories(folder.resolve("rows"));
        Files.writeString(rows.resolve("a.jsonl"), "{}\n");
    }

    @Test
    void everyFileThatDecidesIdsMakesAnotherTable() throws IOException {
        List<String> seen = new ArrayList<>(List.of(fingerprint()));
        for (String name : List.of(
                "tokenizer.json",
                "tokenizer_config.json",
                "special_tokens_map.json",
                "added_tokens.json",
                "chat_template.jinja",
                "additional_chat_templates/tool_use.jinja",
                "generation_config.json",
                "config.json")) {
            Files.createDirectories(model.resolve(name).getParent());
            Files.writeString(model.resolve(name), "{ }");
            assertThat(seen).as(name).doesNotContain(fingerprint());
            seen.add(fingerprint());
        }
    }

    @Test
    void weightsDoNotDecideIds() throws IOException {
        String before = fingerprint();
        Files.writeString(model.resolve("model.safetensors"), "other");
        assertThat(fingerprint()).isEqualTo(before);
    }

    @Test
    void rowsAreKnownByTheirContentAndNames() throws IOException {
        String before = fingerprint();
        Files.setLastModifiedTime(rows.resolve("a.jsonl"), FileTime.fromMillis(1_000_000));
        assertThat(fingerprint()).as("touched").isEqualTo(before);
        Files.writeString(rows.resolve("a.jsonl"), "[]\n");
        String changed = fingerprint();
        assertThat(changed).as("same size").isNotEqualTo(before);
        Files.writeString(rows.resolve("b.jsonl"), "{}\n");
        String more = fingerprint();
        assertThat(more).isNotIn(before, changed);
        // A row's id is its file and line.
        Files.move(rows.resolve("b.jsonl"), rows.resolve("c.jsonl"));
        assertThat(fingerprint()).isNotIn(before, changed, more);
    }

    @Test
    void largeTablesAreKnownBySizeAndTime() throws IOException {
        try (RandomAccessFile large =
                new RandomAccessFile(rows.resolve("large.jsonl").toFile(), "rw")) {
            large.setLength(300L << 20);
        }
        String before = fingerprint();
        assertThat(fingerprint()).isEqualTo(before);
        Files.setLastModifiedTime(rows.resolve("large.jsonl"), FileTime.fromMillis(1_000_000));
        assertThat(fingerprint()).isNotEqualTo(before);
    }

    @Test
    void everySettingMakesAnotherTable() {
        TextSettings text = text();
        List<TextSettings> others = List.of(
                new TextSettings(65, OverLength.DROP, true, null),
                new TextSettings(64, OverLength.TRUNCATE_COMPLETION, true, null),
                new TextSettings(64, OverLength.DROP, false, null),
                new TextSettings(64, OverLength.DROP, true, "{{ messages }}"),
                further(9, 20, SpecialTokenPolicy.ALLOW, BoundaryPolicy.KEEP),
                further(20, 9, SpecialTokenPolicy.ALLOW, BoundaryPolicy.KEEP),
                further(20, 20, SpecialTokenPolicy.ESCAPE, BoundaryPolicy.KEEP),
                further(20, 20, SpecialTokenPolicy.ALLOW, BoundaryPolicy.DROP));
        List<String> seen = new ArrayList<>(List.of(fingerprint()));
        for (TextSettings other : others) {
            seen.add(fingerprint(source(Map.of()), TrainingStage.DPO, other, 1));
        }
        seen.add(fingerprint(source(Map.of("chosen", "good")), TrainingStage.DPO, text, 1));
        seen.add(fingerprint(source(Map.of()), TrainingStage.SFT, text, 1));
        seen.add(
                fingerprint(new DataSource(DataFormat.PARQUET, rows.toString(), Map.of()), TrainingStage.DPO, text, 1));
        seen.add(fingerprint(
                new DataSource(DataFormat.CSV, rows.toString(), null, null, Map.of(), Map.of()),
                TrainingStage.DPO,
                text,
                1));
        seen.add(fingerprint(
                new DataSource(DataFormat.CSV, rows.toString(), null, null, Map.of("delimiter", ";"), Map.of()),
                TrainingStage.DPO,
                text,
                1));
        RowSettings scored = new RowSettings(null, PairPolicy.BEST_WORST, 0.5, null);
        seen.add(fingerprint(
                new DataSource(DataFormat.JSON, rows.toString(), null, null, Map.of(), Map.of(), scored),
                TrainingStage.DPO,
                text,
                1));
        assertThat(seen).doesNotHaveDuplicates();
    }

    @Test
    void theSeedDecidesOnlyMismatches() {
        assertThat(fingerprint(source(Map.of()), TrainingStage.DPO, text(), 2)).isEqualTo(fingerprint());
        assertThat(fingerprint(source(Map.of()), TrainingStage.KTO, text(), 2))
                .isNotEqualTo(fingerprint(source(Map.of()), TrainingStage.KTO, text(), 1));
    }

    private String fingerprint() {
        return fingerprint(source(Map.of()), TrainingStage.DPO, text(), 1);
    }

    private String fingerprint(DataSource source, TrainingStage stage, TextSettings text, long seed) {
        HadoopSettings hadoop = new HadoopSettings(new Configuration());
        PreparationRequest request = new PreparationRequest(source, "data.train", stage, text, model.toString(), seed);
        return Preparation.fingerprint(
                        request,
                        source.format()
                                + SourceFiles.find(hadoop, source, "data.train").identity(),
                        TokenizerFiles.read(hadoop, model.toString()).identity())
                .value();
    }

    private static TextSettings text() {
        return new TextSettings(64, OverLength.DROP, true, null);
    }

    private static TextSettings further(
            int prompt, int completion, SpecialTokenPolicy special, BoundaryPolicy boundary) {
        return new TextSettings(64, OverLength.DROP, true, null, prompt, completion, special, boundary);
    }

    private DataSource source(Map<String, String> columns) {
        return new DataSource(DataFormat.JSON, rows.toString(), columns);
    }
}
