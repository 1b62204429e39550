package io.trimtab.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.RejectionReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.QuoteMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvReaderTest {
    private static final CsvDialect BACKSLASH = CsvDialect.of(Map.of("escape", "\\", "delimiter", ";"));

    @Test
    void cellsAreTextByteForByte() {
        assertThat(cells("a,\"b, \"\"c\"\"\",\"d\r\ne\", f \n"))
                .containsExactly(List.of("a", "b, \"c\"", "d\r\ne", " f "));
    }

    @Test
    void nothingIsNullAndTwoQuotesAreTheEmptyText() {
        assertThat(cells(",\"\",x,\n")).containsExactly(Arrays.asList(null, "", "x", null));
    }

    @Test
    void rowsEndWithAnyLineBreakOrTheFileAndBlankLinesAreNone() {
        List<CsvRecord> records = records("a\r\n\r\nb\n\n\"c\nd\"\re\rf");
        assertThat(records.stream().map(CsvReaderTest::texts))
                .containsExactly(List.of("a"), List.of("b"), List.of("c\nd"), List.of("e"), List.of("f"));
        assertThat(records).extracting(CsvRecord::line).containsExactly(1L, 3L, 5L, 7L, 8L);
    }

    @Test
    void escapeMakesAQuotePartOfTheTextBesideDoubling() {
        assertThat(cells("\"a \\\"b\\\" c\";\"d\\\\\";\"e\\n\";f\\;\"\"\"\"\n", BACKSLASH))
                .containsExactly(List.of("a \"b\" c", "d\\", "e\\n", "f\\", "\""));
    }

    @Test
    void aRowThatIsTooLargeIsPassedOverAndTheNextOneIsRead() {
        String text = "a,b\n\"" + "x\n".repeat(40) + "\",y\n" + ",".repeat(9) + "\nc,d\n";
        List<CsvRecord> records = new ArrayList<>();
        CsvReader.open(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        CsvDialect.of(Map.of()),
                        "pairs.csv",
                        64)
                .forEachRemaining(records::add);
        assertThat(records).extracting(CsvRecord::isTooLarge).containsExactly(false, true, true, false);
        assertThat(records).extracting(CsvRecord::line).containsExactly(1L, 2L, 43L, 44L);
        assertThat(texts(records.get(3))).containsExactly("c", "d");
        assertThat(new CsvRows(List.of("p", "q")).row(records.get(1), "pairs.csv:2", Map.of()))
                .isInstanceOfSatisfying(JsonLine.Bad.class, bad -> {
                    assertThat(bad.rejection().reason()).isEqualTo(RejectionReason.ROW_TOO_LARGE);
                    assertThat(bad.rejection().detail()).isEqualTo("row has more than 64 MiB; it covers 41 lines");
                });
    }

    @Test
    void byteOrderMarkIsNoText() {
        assertThat(cells("\ufeff\"a\",b\n")).containsExactly(List.of("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "he said \"hi\",b\n",
                "\"he said \"hi\", then left\",b\n",
                "\"a\" ,b\n",
                " \"a\",b\n",
                "a,b\"\n",
                "\"a\"\"b\"c,d\n",
            })
    void misplacedQuotesMakeOneRowUnsoundAndReadingGoesOn(String bad) {
        List<CsvRecord> records = records("x,y\n" + bad + "\"v\",\"w\"\n");
        assertThat(records).extracting(CsvRecord::sound).containsExactly(true, false, true);
        assertThat(texts(records.get(2))).containsExactly("v", "w");
    }

    @Test
    void rowsThatAMissingQuoteSwallowedAreFoundByTheirLines() {
        List<CsvRecord> records = records("\"a\",\"b\n\"c\",\"d\"\n\"e\",\"f\"\n");
        assertThat(records).extracting(CsvRecord::sound).containsExactly(false, true);
        assertThat(records).extracting(CsvRecord::line).containsExactly(1L, 3L);
        assertThat(records.get(0).lines()).isEqualTo(2);
    }

    @Test
    void aQuoteThatIsOpenWhereTheFileEndsIsRefused() {
        assertThatThrownBy(() -> records("a,b\nc,\"d\ne,f\n"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("pairs.csv: a quote of the row at line 2 is still open where the file ends");
    }

    @Test
    void otherFilesAreNamedForWhatTheyAre() {
        assertThatThrownBy(() -> records("\ufeffa,b\n".getBytes(StandardCharsets.UTF_16LE), CsvDialect.STANDARD))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("UTF-16");
        assertThatThrownBy(() -> records("PAR1...")).hasMessageContaining("set format = parquet");
        assertThatThrownBy(() -> records(new byte[] {0x1F, (byte) 0x8B, 8}, CsvDialect.STANDARD))
                .hasMessageContaining("give it a name that ends in .gz");
    }

    @Test
    void aRowMayBeLongerThanAnyBuffer() {
        String text = "long \"\" text\n".repeat(100_000);
        assertThat(cells("\"" + text + "\",b\nc,d\n"))
                .containsExactly(List.of(text.replace("\"\"", "\""), "b"), List.of("c", "d"));
    }

    /** A hundred random tables in five dialects, as Commons CSV writes and reads them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void soundFilesAreReadAsCommonsCsvReadsThem(long seed) throws IOException {
        Random random = new Random(seed);
        char delimiter = ",;\t|:".charAt((int) seed - 1);
        char quote = seed == 4 ? '\'' : '"';
        CsvDialect dialect =
                CsvDialect.of(Map.of("delimiter", String.valueOf(delimiter), "quote", String.valueOf(quote)));
        for (int table = 0; table < 100; table++) {
            CSVFormat format = CSVFormat.RFC4180
                    .builder()
                    .setDelimiter(delimiter)
                    .setQuote(quote)
                    .setQuoteMode(random.nextBoolean() ? QuoteMode.ALL : QuoteMode.MINIMAL)
                    .setRecordSeparator(random.nextBoolean() ? "\r\n" : "\n")
                    .get();
            StringWriter file = new StringWriter();
            try (CSVPrinter printer = new CSVPrinter(file, format)) {
                for (int row = 0; row < 20; row++) {
                    printer.printRecord(randomTexts(random));
                }
            }
            List<List<String>> expected = new ArrayList<>();
            try (CSVParser parser = CSVParser.parse(new StringReader(file.toString()), format)) {
                parser.forEach(record -> expected.add(record.toList()));
            }
            List<List<String>> found = new ArrayList<>();
            for (CsvRecord record : records(file.toString().getBytes(UTF_8), dialect)) {
                assertThat(record.sound()).as(file.toString()).isTrue();
                found.add(texts(record).stream()
                        .map(text -> text == null ? "" : text)
                        .toList());
            }
            assertThat(found).as("seed %d, table %d:%n%s", seed, table, file).isEqualTo(expected);
        }
    }

    private static Object[] randomTexts(Random random) {
        String alphabet = "ab ,;\t|:\"'\\\r\n\u00e9\u6f22\ud83d\ude00";
        int[] characters = alphabet.codePoints().toArray();
        Object[] texts = new Object[4];
        for (int i = 0; i < texts.length; i++) {
            StringBuilder text = new StringBuilder(i == 0 ? "x" : ""); // a row of nothing would be a blank line
            for (int length = random.nextInt(8); length > 0; length--) {
                text.appendCodePoint(characters[random.nextInt(characters.length)]);
            }
            texts[i] = text.toString();
        }
        return texts;
    }

    private static List<List<String>> cells(String file) {
        return cells(file, CsvDialect.STANDARD);
    }

    private static List<List<String>> cells(String file, CsvDialect dialect) {
        return records(file.getBytes(UTF_8), dialect).stream()
                .map(CsvReaderTest::texts)
                .toList();
    }

    private static List<CsvRecord> records(String file) {
        return records(file.getBytes(UTF_8), CsvDialect.STANDARD);
    }

    private static List<CsvRecord> records(byte[] file, CsvDialect dialect) {
        List<CsvRecord> records = new ArrayList<>();
        CsvReader.open(new ByteArrayInputStream(file), dialect, "pairs.csv").forEachRemaining(records::add);
        return records;
    }

    private static List<String> texts(CsvRecord record) {
        List<String> texts = new ArrayList<>();
        for (byte[] cell : record.cells()) {
            texts.add(cell == null ? null : new String(cell, UTF_8));
        }
        return texts;
    }
}
