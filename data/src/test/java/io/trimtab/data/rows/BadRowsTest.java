package io.trimtab.data.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Example;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.files.JsonLines;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.DataTally;
import io.trimtab.data.report.TakenShapes;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Four hundred damaged lines for every stage: each ends as a counted rejection, or is the row that it says it is. */
class BadRowsTest {
    private static final int MUTATIONS = 400;

    @TempDir
    static Path folder;

    private static WorldFolder world;

    @BeforeAll
    static void writeWorld() {
        world = WorldFolder.write(folder, 5);
    }

    @ParameterizedTest
    @EnumSource(TrainingStage.class)
    void noDamagedLineEndsInAnError(TrainingStage stage) throws IOException {
        noDamagedLineEndsInAnError(stage, RowSettings.DEFAULT, good(stage), MUTATIONS);
    }

    @Test
    void noDamagedLineOfScoredAnswersEndsInAnError() throws IOException {
        List<String> good = scored();
        RowSettings all = new RowSettings(null, PairPolicy.ALL, 0.5, null);
        RowSettings labels = new RowSettings(RowShape.SCORES, PairPolicy.BEST_WORST, 0, 2.0);
        noDamagedLineEndsInAnError(TrainingStage.DPO, all, good, 200);
        noDamagedLineEndsInAnError(TrainingStage.DPO, RowSettings.DEFAULT, good, 200);
        noDamagedLineEndsInAnError(TrainingStage.KTO, RowSettings.DEFAULT, good, 200);
        noDamagedLineEndsInAnError(TrainingStage.KTO, labels, good, 200);
    }

    @Test
    void noDamagedPairOfLabelsEndsInAnError() throws IOException {
        noDamagedLineEndsInAnError(TrainingStage.KTO, RowSettings.DEFAULT, good(TrainingStage.DPO), 200);
    }

    private static void noDamagedLineEndsInAnError(
            TrainingStage stage, RowSettings rows, List<String> good, int mutations) {
        Map<RejectionReason, Integer> reasons = new EnumMap<>(RejectionReason.class);
        DataTally tally = new DataTally();
        try (ExamplePreparer preparer = preparer(stage, rows)) {
            for (int number = 0; number < mutations; number++) {
                byte[] line = RowMutations.mutated(good, number);
                Optional<RowOutcomes> row = outcomes(preparer, line, number);
                if (row.isEmpty()) {
                    assertThat(new String(line, StandardCharsets.UTF_8))
                            .as("mutation %d", number)
                            .isBlank();
                    continue;
                }
                tally.add(row.get());
                for (RowOutcome outcome : row.get().outcomes()) {
                    if (outcome instanceof RowOutcome.Rejected rejected) {
                        reasons.merge(rejected.reason(), 1, Integer::sum);
                        assertThat(rejected.detail())
                                .as("mutation %d", number)
                                .doesNotContain(RowMutations.SECRET)
                                .hasSizeLessThan(300);
                    } else if (outcome instanceof RowOutcome.Kept example) {
                        requireSound(example.example(), number);
                    }
                }
            }
        }
        requireNothingLost(tally.report());
        assertThat(reasons).containsKeys(RejectionReason.MALFORMED_JSON, RejectionReason.NOT_UTF8);
        assertThat(reasons.values().stream().mapToInt(Integer::intValue).sum())
                .as("%s", reasons)
                .isGreaterThan(mutations / 2);
    }

    /** Hanging counts as an error, too. */
    private static Optional<RowOutcomes> outcomes(ExamplePreparer preparer, byte[] line, int number) {
        try {
            return org.junit.jupiter.api.Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
                JsonLine parsed = JsonLines.parse(line, "bad.jsonl:" + number, Map.of());
                if (parsed instanceof JsonLine.Row row) {
                    return Optional.of(preparer.prepare(row.row()));
                }
                return parsed instanceof JsonLine.Bad bad
                        ? Optional.of(RowOutcomes.unread(bad.rejection()))
                        : Optional.empty();
            });
        } catch (RuntimeException | StackOverflowError e) {
            return fail("mutation " + number + " (kind " + number % 20 + ") ends in " + e, e);
        }
    }

    private static void requireSound(Example example, int number) {
        assertThat(example.completions())
                .as("mutation %d", number)
                .allSatisfy(completion -> assertThat(completion.length()).isPositive());
        assertThat(example.longestSequence()).as("mutation %d", number).isLessThanOrEqualTo(64);
    }

    @Test
    void twoValuesForOneNameAreNotDecidedInSilence() {
        assertThat(reason("{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\", \"chosen\": \"d\"}"))
                .isEqualTo(RejectionReason.DUPLICATE_KEY);
        assertThat(reason("{\"prompt\": [{\"role\": \"user\", \"role\": \"system\", \"content\": \"a\"}]}"))
                .isEqualTo(RejectionReason.DUPLICATE_KEY);
    }

    @Test
    void depthBeyondReasonIsMalformed() {
        assertThat(reason("{\"prompt\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"))
                .isEqualTo(RejectionReason.MALFORMED_JSON);
    }

    @Test
    void aTextOfSixtyMegabytesIsARow() {
        String line = "{\"text\": \"" + "x".repeat(60 << 20) + "\"}";
        assertThat(JsonLines.parse(line.getBytes(StandardCharsets.UTF_8), "t:1", Map.of()))
                .isInstanceOf(JsonLine.Row.class);
    }

    @Test
    void wordsWithoutIdsAreRejectedRowByRow() {
        try (ExamplePreparer preparer = preparer(TrainingStage.PRETRAIN, RowSettings.DEFAULT)) {
            RowOutcome outcome = preparer.prepare(new RawRow("r", Map.of("text", "no such words")))
                    .outcomes()
                    .get(0);
            assertThat(outcome)
                    .isEqualTo(new RowOutcome.Rejected(
                            "r", RejectionReason.TOKENIZER_ERROR, "the tokenizer cannot encode the text"));
            Assertions.assertThat(preparer.prepare(new RawRow("s", Map.of("text", "the")))
                            .outcomes()
                            .get(0))
                    .isInstanceOf(RowOutcome.Kept.class);
        }
    }

    private static RejectionReason reason(String line) {
        JsonLine parsed = JsonLines.parse(line.getBytes(StandardCharsets.UTF_8), "t:1", Map.of());
        return ((JsonLine.Bad) parsed).rejection().reason();
    }

    private static List<String> good(TrainingStage stage) throws IOException {
        Path file = switch (stage) {
            case PRETRAIN -> world.pretrain();
            case SFT -> world.sft();
            case DPO -> world.pairs();
            case KTO -> world.labelled();
        };
        List<String> good = new ArrayList<>(Files.readAllLines(file).subList(0, 40));
        assertThat(Set.copyOf(good)).hasSizeGreaterThan(10);
        return good;
    }

    /** The world's pairs as lists of answers with scores: objects that hold them, and lists beside each other. */
    private static List<String> scored() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<String> good = new ArrayList<>();
        for (String line : good(TrainingStage.DPO)) {
            JsonNode pair = json.readTree(line);
            String prompt = "{\"prompt\": " + pair.get("prompt") + ", \"completions\": [";
            boolean objects = good.size() % 2 == 0;
            good.add(
                    objects
                            ? prompt + "{\"response\": " + pair.get("chosen") + ", \"score\": 3.5}, {\"response\": "
                                    + pair.get("rejected") + ", \"score\": \"1\"}]}"
                            : prompt + pair.get("chosen") + ", " + pair.get("rejected") + ", " + pair.get("chosen")
                                    + "], \"scores\": [2, 1, null]}");
        }
        return good;
    }

    private static void requireNothingLost(DataReport report) {
        assertThat(report.kept()
                        + report.overLength()
                        + report.rejectedRows()
                        + report.scores().rows())
                .isEqualTo(report.made());
        assertThat(report.made()).isGreaterThanOrEqualTo(report.read());
        long shaped = report.shapes().counts().stream()
                .mapToLong(TakenShapes.Count::rows)
                .sum();
        assertThat(shaped).isLessThanOrEqualTo(report.read());
    }

    private static ExamplePreparer preparer(TrainingStage stage, RowSettings rows) {
        return ExamplePreparer.open(
                Path.of(String.valueOf(world.modelConfig().getParent())),
                stage,
                Map.of(),
                rows,
                new TextSettings(64, OverLength.DROP, false, null),
                64);
    }
}
