package io.trimtab.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
    @Test
    void aLineBecomesPlainJavaValues() {
        RawRow row = row("{\"a\": \"x\", \"b\": true, \"c\": [1, {\"d\": null}], \"e\": 0.5}", Map.of());
        assertThat(row.fields())
                .containsEntry("a", "x")
                .containsEntry("b", true)
                .containsEntry("e", 0.5);
        assertThat(row.fields().get("c"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(2);
    }

    @Test
    void theIdIsTheColumnsValueElseThePosition() {
        assertThat(row("{\"id\": \"a7\"}", Map.of()).id()).isEqualTo("a7");
        assertThat(row("{\"id\": 12}", Map.of()).id()).isEqualTo("12");
        assertThat(row("{\"key\": 3, \"id\": 12}", Map.of("id", "key")).id()).isEqualTo("3");
        assertThat(row("{\"id\": null}", Map.of()).id()).isEqualTo("file:1");
        assertThat(row("{\"id\": \" \"}", Map.of()).id()).isEqualTo("file:1");
        assertThat(row("{}", Map.of()).id()).isEqualTo("file:1");
    }

    @Test
    void charactersOutsideTheBasicPlaneAndEscapesArrive() {
        assertThat(row("{\"a\": \"😀 \\ud83d\\ude00 \\u0000\"}", Map.of()).fields())
                .containsEntry("a", "😀 😀 \u0000");
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        assertThat(row("\uFEFF{\"a\": 1}", Map.of()).fields()).containsEntry("a", 1);
    }

    @Test
    void bytesThatAreNotUtf8AreRejectedNotReplaced() {
        byte[] latin1 = "{\"chosen\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(rejection(latin1).reason()).isEqualTo(RejectionReason.NOT_UTF8);
        // An encoded half of a surrogate pair is no UTF-8 either.
        assertThat(rejection(new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0xBD, '"'})
                        .reason())
                .isEqualTo(RejectionReason.NOT_UTF8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"a\": secret}", "{\"a\": 1", "[1]", "\"secret\"", "null", "{} secret", "{}{}", "{'a': 1}"})
    void whatIsNotOneObjectIsMalformedAndNotQuoted(String line) {
        RowOutcome.Rejected rejection = rejection(line.getBytes(StandardCharsets.UTF_8));
        assertThat(rejection.reason()).isEqualTo(RejectionReason.MALFORMED_JSON);
        assertThat(rejection.id()).isEqualTo("file:1");
        assertThat(rejection.detail()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\r", "\t"})
    void blankLinesAreNoRows(String line) {
        assertThat(JsonLines.parse(line.getBytes(StandardCharsets.UTF_8), "file:1", Map.of()))
                .isEqualTo(new JsonLine.Blank());
    }

    @Test
    void aFileThatIsOneArrayIsToldFromLines() {
        for (String head : List.of("[", " \n[{", "\uFEFF[")) {
            assertThat(JsonLines.isArray(head.getBytes(StandardCharsets.UTF_8), "pairs.json"))
                    .isTrue();
        }
        for (String head : List.of("{\"a\": [", "", "  \n{")) {
            assertThat(JsonLines.isArray(head.getBytes(StandardCharsets.UTF_8), "pairs.json"))
                    .isFalse();
        }
    }

    @Test
    void aParquetFileIsRefusedByItsFormat() {
        assertThatThrownBy(() -> JsonLines.isArray("PAR1\u0015".getBytes(StandardCharsets.ISO_8859_1), "pairs.parquet"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("pairs.parquet: it is Parquet; set format = parquet");
    }

    @Test
    void whatIsNoTextIsRefusedAndNotReadForRows() {
        refused("\u001F\u008B\b", "it is compressed with gzip; give it a name that ends in .gz");
        refused("BZh91AY", "it is compressed with bzip2; give it a name that ends in .bz2");
        refused("\u00FD7zXZ", "it is compressed with xz");
        refused("PK\u0003\u0004", "it is a zip archive; unpack it");
        refused("(\u00B5/\u00FD", "it is compressed with zstd");
        refused("\u00FF\u00FE{\u0000", "it is UTF-16; write it as UTF-8");
    }

    private static void refused(String head, String told) {
        assertThatThrownBy(() -> JsonLines.isArray(head.getBytes(StandardCharsets.ISO_8859_1), "rows.jsonl"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Cannot read rows.jsonl: " + told);
    }

    private static RawRow row(String line, Map<String, String> columns) {
        return ((JsonLine.Row) JsonLines.parse(line.getBytes(StandardCharsets.UTF_8), "file:1", columns)).row();
    }

    private static RowOutcome.Rejected rejection(byte[] line) {
        return ((JsonLine.Bad) JsonLines.parse(line, "file:1", Map.of())).rejection();
    }
}
