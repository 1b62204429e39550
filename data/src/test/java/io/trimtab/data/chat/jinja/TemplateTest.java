package io.trimtab.data.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Span;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pieces of templates as transformers 5.24 with Jinja2 3.1.6 renders them (cases.json), an error where it raises one. */
class TemplateTest {
    private static final LocalDate DATE = LocalDate.of(2024, 7, 26);

    @TestFactory
    List<DynamicTest> rendersLikeTransformers() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<DynamicTest> tests = new ArrayList<>();
        try (InputStream stream = TemplateTest.class.getResourceAsStream("cases.json")) {
            JsonNode file = mapper.readTree(stream);
            Map<String, Object> variables = variables(mapper.convertValue(file.get("messages"), List.class));
            for (JsonNode entry : file.get("cases")) {
                String template = entry.get("template").asText();
                tests.add(DynamicTest.dynamicTest(template, () -> {
                    if (entry.has("error")) {
                        assertThatThrownBy(() -> render(template, variables))
                                .as(entry.get("error").asText())
                                .isInstanceOfAny(
                                        TemplateFault.class, TemplateSyntaxException.class, UnsupportedJinja.class);
                    } else {
                        assertThat(render(template, variables))
                                .isEqualTo(entry.get("expected").asText());
                    }
                }));
            }
        }
        assertThat(tests).hasSizeGreaterThan(140);
        return tests;
    }

    private static Map<String, Object> variables(List<?> messages) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", messages);
        variables.put("tools", null);
        variables.put("documents", null);
        variables.put("add_generation_prompt", true);
        variables.put("bos_token", "<s>");
        variables.put("eos_token", "</s>");
        variables.put("unk_token", "<unk>");
        variables.put("pad_token", "<pad>");
        return variables;
    }

    @ParameterizedTest
    @CsvSource({
        "{% block a %}x{% endblock %}, {% block %}",
        "{{ [1]|random }}, the filter random",
        "{{ 'a'.encode() }}, the string method encode",
        "{{ {'items': 5}.items }}, the printed form of a function",
        "{{ cycler('a') }}, the function cycler",
        "{{ range(3) }}, the printed form of a range",
        "{{ {'a': 5}.items() }}, the printed form of a dict_items",
        "{{ 'ß'.casefold() }}, casefold of letters that are not ASCII",
    })
    void whatIsNotHereIsRefusedByName(String template, String construct) {
        assertThatThrownBy(() -> render(template, Map.of()))
                .isInstanceOf(UnsupportedJinja.class)
                .hasMessage(construct);
    }

    @ParameterizedTest
    @CsvSource({
        "'a\n{% if x', 'line 2: a tag does not end, %} is missing'",
        "{% for x in y %}, 'line 1: expected {% else or endfor %}, found the end of the template'",
        "{{ 1 + }}, 'line 1: expected an expression, found }}'",
        "{% break %}, 'line 1: break outside a loop'",
        "'{{ \n\n & }}', 'line 3: unexpected character &'",
    })
    void aMistakeIsToldWithItsLine(String template, String message) {
        assertThatThrownBy(() -> Template.parse(template))
                .isInstanceOf(TemplateSyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void generationBlocksAreKnownByTheirPlace() {
        Template.Rendering rendering = Template.parse(
                        "{% for m in ms %}[{% generation %}{{ m }}{% endgeneration %}]{% endfor %}")
                .render(Map.of("ms", List.of("ab", "c")), DATE);
        assertThat(rendering.text()).isEqualTo("[ab][c]");
        assertThat(rendering.generations()).containsExactly(new Span(1, 3), new Span(5, 6));
    }

    @Test
    void generationBlocksInsideAMacroCountFromItsCall() {
        Template.Rendering rendering = Template.parse(
                        "{% macro turn(m) %}{% generation %}{{ m }}{% endgeneration %}{% endmacro %}"
                                + "{% for m in ms %}[{{ turn(m) }}{% generation %}!{% endgeneration %}]{% endfor %}")
                .render(Map.of("ms", List.of("ab", "", "c")), DATE);
        assertThat(rendering.text()).isEqualTo("[ab!][!][c!]");
        assertThat(rendering.generations())
                .containsExactly(
                        new Span(1, 3),
                        new Span(3, 4),
                        new Span(6, 6),
                        new Span(6, 7),
                        new Span(9, 10),
                        new Span(10, 11));
    }

    @Test
    void generationBlocksInsideEachOtherAreToldOnce() {
        Template.Rendering rendering = Template.parse(
                        "a{% generation %}{% generation %}b{% endgeneration %}c{% endgeneration %}d")
                .render(Map.of(), DATE);
        assertThat(rendering.text()).isEqualTo("abcd");
        assertThat(rendering.generations()).containsExactly(new Span(1, 2), new Span(2, 3));
    }

    @Test
    void endlessRecursionIsAFaultNotACrash() {
        assertThatThrownBy(() -> render("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", Map.of()))
                .isInstanceOf(TemplateFault.class)
                .hasMessage("it calls itself without end");
    }

    @Test
    void rangesAreAsLongAsTheSandboxAllows() {
        assertThat(render("{{ range(100000)|length }}", Map.of())).isEqualTo("100000");
        assertThatThrownBy(() -> render("{{ range(100001)|length }}", Map.of())).isInstanceOf(TemplateFault.class);
    }

    private static String render(String template, Map<String, ?> variables) {
        return Template.parse(template).render(variables, DATE).text();
    }
}
