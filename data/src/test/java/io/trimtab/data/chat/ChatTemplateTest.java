package io.trimtab.data.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the conformance file does not reach; expected texts are Jinja2's by its documentation. */
class ChatTemplateTest {
    private static final Conversation TALK = Conversation.parse(
            List.of(Map.of("role", "user", "content", " hi: there "), Map.of("role", "assistant", "content", "oh|no")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{{ messages[0].content.strip().upper() }} # HI: THERE",
                "{{ messages[1].content.split('|')[0] }} # oh",
                "{{ ' a  b '.split() | join('-') }} # a-b",
                "{{ 'a.b.c'.split('.', 1)[1] }} # b.c",
                "{{ ('x' + messages[1]['content']).lstrip('xo') }} # h|no",
                "{{ 'xxaxx'.strip('x') ~ 'bb'.rstrip('b') }} # a",
                "{{ 'hello wORLD'.title() }} # Hello World",
                "{{ 'hello wORLD'.capitalize() }} # Hello world",
                "{% if not tools is defined and messages is defined %}yes{% endif %} # yes",
                "{% if not messages[0].name is defined %}yes{% endif %} # yes",
                "{% set ns = namespace(n=messages|length - 1, s='a,b') %}{{ ns.n }}{{ ns.s }} # 1a,b",
                "{{ {'a': {'b': 1}}['a']['b'] }} # 1",
                "{{ '}}' }}{{ '{{ x }}' }} # }}{{ x }}",
                "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}{{ m.role }}{% endfor %} # assistant",
                "{{ messages[0].content | trim }} # hi: there",
                "{% generation %}x{% endgeneration %} # x",
                "{{ unknown }}a # a",
                "{{ 'content' in messages[0] }} # True",
                "{% for m in messages[::-1] %}{{ m.role[:1] }}{% endfor %} # au",
                "{%- set a = 'x' if add_generation_prompt else 'y' -%} {{ a }} # x",
            })
    void readsLikeJinja2(String template, String expected) {
        assertThat(render(template)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'a\n', a",
        "'a\n\n', 'a\n'",
        "'{% if true %}\nx\n{% endif %}\n', 'x\n'",
        "'  {% if true %}x{% endif %}', x"
    })
    void newlinesAndIndentOfBlocksVanishAsHuggingFaceSetsThemUp(String template, String expected) {
        assertThat(render(template)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 1 + 1 }}",
                "{% for x in y %}",
                "{{ bos_token }}",
                "{# gone #}",
                "\\n {{ '\\n' }}",
                "{{ messages }}",
                "a }} b"
            })
    void templateSyntaxInAMessageComesOutUntouched(String content) {
        Conversation talk = Conversation.of("user", content);
        assertThat(ChatTemplate.of("{% for m in messages %}[{{ m.content }}]{% endfor %}", "<s>", "</s>")
                        .render(talk, false))
                .isEqualTo("[" + content + "]");
    }

    @Test
    void aTemplateThatRaisesRejectsTheRowInItsOwnConstantWords() {
        assertThatThrownBy(() -> render("{{ raise_exception('no system role') }}"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("the template refused the messages: no system role");
        assertThatThrownBy(() -> render("{{ raise_exception('bad ' + messages[1].content) }}"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("the template refused the messages");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{{ messages | urlize }} # the filter urlize",
                "{% include 'file' %} # {% include %}",
                "{{ strftime_now('%q') }} # strftime_now('%q')",
            })
    void whatCannotBeEvaluatedIsRefusedByNameNotIgnored(String template, String construct) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(construct)
                .hasMessageContaining("data.chat-template");
    }

    @Test
    void aConstructInABranchThatNoRowTakesDoesNoHarm() {
        assertThat(render("{% if tools %}{{ tools | xmlattr }}{% endif %}a")).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{% if x %}a", "{{ messages", "{% include 'file' %}", "{% for %}{% endfor %}", "{% nonsense %}"})
    void anInvalidTemplateIsRefusedOrEndsTheRowNeverHalfRendered(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOfAny(DataException.class, TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages.getClass() }}",
                "{{ ''.class.forName('java.lang.System') }}",
                "{% include '/etc/hostname' %}",
                "{% from 'x' import y %}",
            })
    void templatesReachNeitherClassesNorFiles(String template) {
        String rendered;
        try {
            rendered = render(template);
        } catch (DataException | TemplateException e) {
            return;
        }
        assertThat(rendered).isEmpty();
    }

    @Test
    void nullEntriesOfAMessageAreAbsentAndNullsFurtherInsideAreNot() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("city", null);
        arguments.put("days", Arrays.asList(1, null));
        Map<String, Object> message = new HashMap<>(Map.of("role", "assistant", "tool_calls", List.of(arguments)));
        message.put("content", null);
        assertThat(ChatTemplate.of(
                                "{{ messages[0].content is defined }} {{ messages[0].tool_calls[0]|tojson(sort_keys=true) }}",
                                null,
                                null)
                        .render(Conversation.parse(List.of(message)), false))
                .isEqualTo("False {\"city\": null, \"days\": [1, null]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {"[] # []", "[{\"a\": null}] # [{\"a\": null}]", "'' # null", "# null"})
    void toolsReachTheTemplateAsTheyAreAnEmptyListToo(String column, String seen) {
        assertThat(ChatTemplate.of("{{ tools|tojson }}", null, null)
                        .render(TALK, Tools.parse(column), false)
                        .text())
                .isEqualTo(seen);
    }

    @Test
    void commentsVanishWithTheCodeInThem() {
        assertThat(render("{# {{ nothing }} {% if %} #}a")).isEqualTo("a");
    }

    @Test
    void theDateIsTheSameOnEveryDay() {
        assertThat(render("{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% endif %}"))
                .isEqualTo("26 Jul 2024");
    }

    private static String render(String template) {
        return ChatTemplate.of(template, "<s>", "</s>").render(TALK, true);
    }
}
