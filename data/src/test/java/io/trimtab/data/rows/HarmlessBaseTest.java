package io.trimtab.data.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.RowOutcome.Kept;
import io.trimtab.data.SharedData;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.files.JsonLines;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.DataTally;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real transcripts, against ids made with transformers and TRL's boundary rule (golden batches.json, section A). */
class HarmlessBaseTest {
    private static final TextSettings TEXT = new TextSettings(512, OverLength.DROP, true, null);

    @Test
    void idsOfThePairsAreThoseOfTransformers() throws IOException {
        List<byte[]> lines = SharedData.harmlessLines();
        JsonNode golden = SharedData.json("golden/batches.json").get("pairs");
        assertThat(golden).hasSize(16);
        try (ExamplePreparer preparer = preparer(TrainingStage.DPO, Map.of())) {
            for (JsonNode pair : golden) {
                Example example = prepared(preparer, lines.get(pair.get("line").asInt()));
                assertThat(example.prompt()).hasSize(pair.get("prompt_len").asInt());
                assertThat(sequence(example, 0)).isEqualTo(ids(pair.get("chosen")));
                assertThat(sequence(example, 1)).isEqualTo(ids(pair.get("rejected")));
                assertThat(example.completions())
                        .extracting(Completion::role)
                        .containsExactly(CompletionRole.CHOSEN, CompletionRole.REJECTED);
            }
        }
    }

    @Test
    void idsOfTheLabelledRowsAreThoseOfTransformers() throws IOException {
        List<byte[]> lines = SharedData.harmlessLines();
        JsonNode golden = SharedData.json("golden/batches.json").get("unpaired");
        assertThat(golden).hasSize(16);
        try (ExamplePreparer preparer = preparer(TrainingStage.KTO, Map.of())) {
            for (JsonNode row : golden) {
                boolean label = row.get("label").asBoolean();
                String transcript = new ObjectMapper()
                        .readTree(lines.get(row.get("line").asInt()))
                        .get(label ? "chosen" : "rejected")
                        .asText();
                RowOutcome outcome = preparer.prepare(
                                new RawRow("row", Map.of("completion", transcript, "label", label)))
                        .outcomes()
                        .get(0);
                Example example = ((Kept) outcome).example();
                assertThat(example.prompt()).hasSize(row.get("prompt_len").asInt());
                assertThat(sequence(example, 0)).isEqualTo(ids(row.get("ids")));
                assertThat(example.completions().get(0).role())
                        .isEqualTo(label ? CompletionRole.DESIRABLE : CompletionRole.UNDESIRABLE);
            }
        }
    }

    @Test
    void everyRowIsKeptOrCountedWithItsReason() throws IOException {
        DataTally tally = new DataTally();
        List<byte[]> lines = SharedData.harmlessLines();
        try (ExamplePreparer preparer = preparer(TrainingStage.DPO, Map.of())) {
            for (int i = 0; i < lines.size(); i++) {
                JsonLine line = JsonLines.parse(lines.get(i), "harmless:" + (i + 1), Map.of());
                tally.add(preparer.prepare(((JsonLine.Row) line).row()));
            }
        }
        DataReport report = tally.report();
        assertThat(report.read()).isEqualTo(2312);
        // Five rows of the file have two prompts, four an answer of blanks (counted with an independent script).
        assertThat(report.rejected())
                .isEqualTo(Map.of(RejectionReason.DIFFERENT_PROMPTS, 5L, RejectionReason.EMPTY_COMPLETION, 4L));
        assertThat(report.kept() + report.overLength() + report.rejectedRows()).isEqualTo(2312);
        assertThat(report.longest()).isLessThanOrEqualTo(512);
    }

    private static ExamplePreparer preparer(TrainingStage stage, Map<String, String> columns) {
        return ExamplePreparer.open(SharedData.stories(), stage, columns, RowSettings.DEFAULT, TEXT, 512);
    }

    private static Example prepared(ExamplePreparer preparer, byte[] line) {
        assertThat(new String(line, StandardCharsets.UTF_8)).startsWith("{");
        RawRow row = ((JsonLine.Row) JsonLines.parse(line, "line", Map.of())).row();
        return ((Kept) preparer.prepare(row).outcomes().get(0)).example();
    }

    private static int[] sequence(Example example, int completion) {
        int[] tokens = example.completions().get(completion).tokens();
        int[] whole = Arrays.copyOf(example.prompt(), example.prompt().length + tokens.length);
        System.arraycopy(tokens, 0, whole, example.prompt().length, tokens.length);
        return whole;
    }

    private static int[] ids(JsonNode node) {
        int[] ids = new int[node.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = node.get(i).asInt();
        }
        return ids;
    }
}
