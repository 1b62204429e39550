package io.trimtab.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.trimtab.data.DataException;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.ExamplePreparer;
import io.trimtab.data.rows.MessageCells;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRowsTest {
    private static final String HEADER = "prompt,chosen,rejected\n";

    @TempDir
    static Path folder;

    @Test
    void everyCellIsTextUnderItsName() {
        assertThat(fields(HEADER + "5,true,\n"))
                .containsEntry("prompt", "5")
                .containsEntry("chosen", "true")
                .containsEntry("rejected", null);
    }

    @Test
    void columnsWithoutANameAreNotLookedAt() {
        assertThat(fields(",prompt\n0,a\n")).isEqualTo(Map.of("prompt", "a"));
    }

    @Test
    void withoutAHeaderColumnsAreNumbered() {
        CsvDialect dialect = CsvDialect.of(Map.of("header", "false"));
        assertThat(((JsonLine.Row) lines("a,b\n".getBytes(UTF_8), dialect).get(0))
                        .row()
                        .fields())
                .isEqualTo(Map.of("_c0", "a", "_c1", "b"));
    }

    @Test
    void fieldsTooManyOrTooFewAreCounted() {
        List<JsonLine> lines = lines((HEADER + "a,b\na,b,c\na,b,c,d\n").getBytes(UTF_8), CsvDialect.STANDARD);
        assertThat(reason(lines.get(0))).isEqualTo(RejectionReason.FIELD_COUNT);
        assertThat(((JsonLine.Bad) lines.get(0)).rejection())
                .isEqualTo(new RowOutcome.Rejected(
                        "pairs.csv:2", RejectionReason.FIELD_COUNT, "row has 2 fields, its header 3"));
        assertThat(lines.get(1)).isInstanceOf(JsonLine.Row.class);
        assertThat(reason(lines.get(2))).isEqualTo(RejectionReason.FIELD_COUNT);
    }

    @Test
    void aByteThatIsNotUtf8RejectsItsRowOnly() {
        List<JsonLine> lines = lines(
                (HEADER + "a,b,c\na,\u00e9,c\na,b,c\n").getBytes(StandardCharsets.ISO_8859_1), CsvDialect.STANDARD);
        assertThat(reason(lines.get(1))).isEqualTo(RejectionReason.NOT_UTF8);
        assertThat(lines.get(2)).isInstanceOf(JsonLine.Row.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b,a\nx,y,z\n", "\"a\"b,c\nx,y\n"})
    void aHeaderThatCannotBeUsedIsRefused(String file) {
        assertThatThrownBy(() -> lines(file.getBytes(UTF_8), CsvDialect.STANDARD))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read pairs.csv: ");
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "delimiter|,,|delimiter must be one ASCII character, and no line break",
                "delimiter|é|delimiter must be one ASCII character, and no line break",
                "quote|,|delimiter must be another character than quote and escape",
                "header|yes|header must be true or false",
            },
            delimiter = '|')
    void optionsThatMakeNoDialectAreRefused(String option, String value, String problem) {
        assertThatThrownBy(() -> CsvDialect.of(Map.of(option, value))).hasMessage(problem);
    }

    @Test
    void aTabMayBeWrittenAsItIsSaid() {
        assertThat(CsvDialect.of(Map.of("delimiter", "\\t")).delimiter()).isEqualTo('\t');
    }

    @Test
    void messageListsInCellsAreLists() {
        String messages = "[{\"role\": \"user\", \"content\": \"a, [b]\"}]";
        assertThat(cell("chosen", messages)).isEqualTo(List.of(Map.of("role", "user", "content", "a, [b]")));
        assertThat(cell("chosen", " [{\"from\": \"gpt\", \"value\": \"a\"}] "))
                .isEqualTo(List.of(Map.of("from", "gpt", "value", "a")));
        assertThat(cell("history", "[[\"a\", \"b\"]]")).isEqualTo(List.of(List.of("a", "b")));
        assertThat(cell("talk", "[]", Map.of("messages", "talk"))).isEqualTo(List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1, 2]",
                "[",
                "[]",
                "[{\"name\": \"role\"}]",
                "[link](https://example.org)",
                "{\"role\": \"user\", \"content\": \"a\"}",
                "Say [{\"role\": \"user\", \"content\": \"a\"}]",
            })
    void otherCellsStayText(String text) {
        assertThat(cell("chosen", text)).isEqualTo(text);
    }

    @Test
    void whatPythonPrintsOfAMessageListIsNotTakenForText() {
        JsonLine line = MessageCells.in(row("chosen", "[{'role': 'user', 'content': 'tell'}]"), Map.of());
        assertThat(((JsonLine.Bad) line).rejection())
                .isEqualTo(new RowOutcome.Rejected(
                        "r",
                        RejectionReason.MALFORMED_MESSAGES,
                        "column chosen looks like a list of messages and is no JSON"));
    }

    /** Two hundred damaged files of five rows: every row is counted or the file refused, and a row that is kept is one of the good ones. */
    @Test
    void damagedFilesEndAsCountedRejectionsOrOneRefusal() {
        WorldFolder world = WorldFolder.write(folder, 5);
        List<String> good = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            good.add("\"<u> tell N" + i + " <a>\",\" the A1 \"\"N1\"\" B1 .\n</s>\", sure the A1 N" + i + " . </s>\n");
        }
        Map<RejectionReason, Integer> reasons = new EnumMap<>(RejectionReason.class);
        List<Object> sound = new ArrayList<>();
        lines((HEADER + String.join("", good)).getBytes(UTF_8), CsvDialect.STANDARD)
                .forEach(line -> sound.add(((JsonLine.Row) line).row().fields()));
        int refused = 0;
        try (ExamplePreparer preparer = preparer(world)) {
            for (int number = 0; number < 200; number++) {
                List<JsonLine> lines;
                try {
                    lines = lines(mutated(good, number), CsvDialect.STANDARD);
                } catch (DataException e) {
                    assertThat(e.getMessage())
                            .as("mutation %d", number)
                            .startsWith("Cannot read pairs.csv: ")
                            .doesNotContain("tell");
                    refused++;
                    continue;
                } catch (RuntimeException e) {
                    fail("mutation " + number, e);
                    return;
                }
                for (JsonLine line : lines) {
                    RowOutcome outcome = line instanceof JsonLine.Row row
                            ? preparer.prepare(row.row()).outcomes().get(0)
                            : ((JsonLine.Bad) line).rejection();
                    if (outcome instanceof RowOutcome.Rejected rejected) {
                        reasons.merge(rejected.reason(), 1, Integer::sum);
                        assertThat(rejected.detail()).as("mutation %d", number).doesNotContain("tell");
                    } else if (number % 10 < 6) {
                        assertThat(sound)
                                .as("mutation %d", number)
                                .contains(((JsonLine.Row) line).row().fields());
                    }
                }
            }
        }
        assertThat(refused).isBetween(20, 100);
        assertThat(reasons)
                .containsKeys(
                        RejectionReason.MALFORMED_CSV,
                        RejectionReason.FIELD_COUNT,
                        RejectionReason.NOT_UTF8,
                        RejectionReason.MISSING_COLUMN);
    }

    /** The first six kinds damage what holds a row together, the others what stands in it. */
    private static byte[] mutated(List<String> good, int number) {
        Random random = new Random(number);
        List<String> rows = new ArrayList<>(good);
        int at = random.nextInt(rows.size());
        String row = rows.get(at);
        int place = random.nextInt(row.length() - 1);
        switch (number % 10) {
            case 0 -> rows.set(at, row.replaceFirst("\"", ""));
            case 1 -> rows.set(at, row.replaceFirst("\",", ","));
            case 2 -> rows.set(at, row.replace("\"\"", "\""));
            case 3 -> rows.set(at, row.replaceFirst(",", ",x,"));
            case 4 -> rows.set(at, row.replaceFirst(",", ";"));
            case 5 -> {
                byte[] bytes = (HEADER + String.join("", rows)).getBytes(UTF_8);
                return Arrays.copyOf(bytes, HEADER.length() + random.nextInt(bytes.length - HEADER.length() - 4));
            }
            case 6 -> {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                bytes.writeBytes(HEADER.getBytes(UTF_8));
                byte[] damaged = String.join("", rows).getBytes(UTF_8);
                damaged[random.nextInt(damaged.length)] = (byte) (0x80 + random.nextInt(0x80));
                bytes.writeBytes(damaged);
                return bytes.toByteArray();
            }
            case 7 -> rows.set(at, row.substring(0, place) + (char) random.nextInt(0x30) + row.substring(place));
            case 8 -> {
                return (HEADER.replace("chosen", "Chosen") + String.join("", rows)).getBytes(UTF_8);
            }
            default -> {
                return ("\ufeff" + HEADER + String.join("", rows)).getBytes(StandardCharsets.UTF_16LE);
            }
        }
        return (HEADER + String.join("", rows)).getBytes(UTF_8);
    }

    private static ExamplePreparer preparer(WorldFolder world) {
        return ExamplePreparer.open(
                Path.of(String.valueOf(world.modelConfig().getParent())),
                TrainingStage.DPO,
                Map.of(),
                RowSettings.DEFAULT,
                new TextSettings(64, OverLength.DROP, false, null),
                64);
    }

    private static Object cell(String column, String text) {
        return cell(column, text, Map.of());
    }

    private static Object cell(String column, String text, Map<String, String> columns) {
        return requireNonNull(((JsonLine.Row) MessageCells.in(row(column, text), columns))
                .row()
                .fields()
                .get(column));
    }

    private static JsonLine row(String column, String text) {
        return new JsonLine.Row(new RawRow("r", Map.of(column, text)));
    }

    private static Map<String, Object> fields(String file) {
        return ((JsonLine.Row) lines(file.getBytes(UTF_8), CsvDialect.STANDARD).get(0))
                .row()
                .fields();
    }

    private static RejectionReason reason(JsonLine line) {
        return ((JsonLine.Bad) line).rejection().reason();
    }

    private static List<JsonLine> lines(byte[] file, CsvDialect dialect) {
        CsvReader reader = CsvReader.open(new ByteArrayInputStream(file), dialect, "pairs.csv");
        List<CsvRecord> records = new ArrayList<>();
        reader.forEachRemaining(records::add);
        CsvRows rows = CsvRows.of(records.get(0), dialect, "pairs.csv");
        return records.subList(dialect.header() ? 1 : 0, records.size()).stream()
                .map(record -> rows.row(record, "pairs.csv:" + record.line(), Map.of()))
                .toList();
    }
}
