package io.trimtab.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Elements come out as the bytes that were written, whatever strings hold. */
class JsonArrayTest {
    @Test
    void elementsKeepTheirBytes() {
        assertThat(
                        elements(
                                "\uFEFF [ {\"a\": \"],}{ \\\" \\\\\"}\n,{\"b\": [1, {\"c\": []}], \"é\": \"😀\"} , 3, \"x,\"]\n"))
                .containsExactly(
                        "{\"a\": \"],}{ \\\" \\\\\"}\n", "{\"b\": [1, {\"c\": []}], \"é\": \"😀\"} ", "3", "\"x,\"");
    }

    @Test
    void anEmptyArrayHasNoRows() {
        assertThat(elements(" [ \n] ")).isEmpty();
    }

    @Test
    void aBadElementIsItsOwnRowAndNotTheEndOfTheOthers() {
        List<String> rows = elements("[{\"a\": 1}, {not json}, {\"a\": \u00002}, {\"a\": 3}]");
        assertThat(rows).hasSize(4);
        assertThat(JsonLines.parse(rows.get(1).getBytes(StandardCharsets.UTF_8), "f:2", java.util.Map.of()))
                .isInstanceOf(JsonLine.Bad.class);
    }

    /** Python and Hugging Face's loader refuse such a file; here it costs what any bad row does. */
    @Test
    void aMissingElementIsABadRow() {
        assertThat(elements("[{\"a\": 1},]")).containsExactly("{\"a\": 1}", "]");
        assertThat(elements("[{\"a\": 1} , , {\"a\": 2}]")).containsExactly("{\"a\": 1} ", ",", "{\"a\": 2}");
        assertThat(elements("[,]")).containsExactly(",", "]");
        for (String mark : List.of(",", "]")) {
            assertThat(JsonLines.parse(mark.getBytes(StandardCharsets.UTF_8), "f:2", java.util.Map.of()))
                    .isInstanceOf(JsonLine.Bad.class);
        }
    }

    @Test
    void anElementThatIsTooLargeIsPassedOverAndTheNextOneIsRead() {
        String text = "[{\"a\": 1}, {\"a\": \"" + "x]".repeat(30) + "\"}, {\"a\": 3}]";
        JsonArray array =
                JsonArray.open(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "pairs.json", 20);
        List<String> elements = new ArrayList<>();
        while (array.hasNext()) {
            String element = new String(array.next(), StandardCharsets.UTF_8);
            elements.add(array.isTooLarge() ? "too large" : element);
        }
        assertThat(elements).containsExactly("{\"a\": 1}", "too large", "{\"a\": 3}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[{\"a\": 1}", "[{\"a\": 1},", "[{\"a\": \"secret]", "[{\"a\": {}]"})
    void anArrayThatIsCutOffIsRefusedAndNotQuoted(String text) {
        assertThatThrownBy(() -> elements(text))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot read pairs.json: its JSON array does not end behind row ")
                .hasMessageNotContaining("secret");
    }

    @Test
    void whatFollowsAnArrayIsRefused() {
        for (String text : List.of("[{}] {}", "[] [1]", "[1]]")) {
            assertThatThrownBy(() -> elements(text))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("something follows its JSON array");
        }
    }

    private static List<String> elements(String text) {
        List<String> elements = new ArrayList<>();
        JsonArray.open(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "pairs.json")
                .forEachRemaining(bytes -> elements.add(new String(bytes, StandardCharsets.UTF_8)));
        return elements;
    }
}
