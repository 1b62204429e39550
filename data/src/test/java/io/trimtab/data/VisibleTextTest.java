package io.trimtab.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleTextTest {
    @ParameterizedTest
    @CsvSource({
        "'pairs.jsonl:17', 'pairs.jsonl:17'",
        "'Straße 漢 😀', 'Straße 漢 😀'",
        "'a\u001b[31mb\n', 'a\\u001b[31mb\\u000a'",
        "'\u202eabc\u200b\u2028', '\\u202eabc\\u200b\\u2028'",
        "'\ud800x', '\\ud800x'",
    })
    void whatATerminalWouldObeyIsWrittenOut(String text, String shown) {
        assertThat(VisibleText.of(text)).isEqualTo(shown);
    }

    @Test
    void whatIsLongIsCutBetweenCharacters() {
        assertThat(VisibleText.of("😀".repeat(80))).isEqualTo("😀".repeat(80));
        assertThat(VisibleText.of("😀".repeat(81))).isEqualTo("😀".repeat(80) + "…");
    }
}
