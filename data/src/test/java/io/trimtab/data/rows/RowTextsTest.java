package io.trimtab.data.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.Completion;
import io.trimtab.data.DataException;
import io.trimtab.data.Example;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.RowOutcome.Kept;
import io.trimtab.data.RowOutcome.Rejected;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.tokens.BoundaryPolicy;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.SpecialTokenPolicy;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.data.tokens.TinyTokenizer;
import io.trimtab.data.tokens.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From messages to ids, with {@link TinyTokenizer}: a letter an id, a = 4; {@code <s>} 1, {@code </s>} 2. */
class RowTextsTest {
    private static final String TEMPLATE = "{% for m in messages %}{{ m.role[:1] }}:{{ m.content }}|{% endfor %}"
            + "{% if add_generation_prompt %}a:{% endif %}";

    @TempDir
    Path folder;

    @BeforeEach
    void writeTokenizer() {
        TinyTokenizer.withBos(folder);
    }

    @Test
    void everyTurnOfTheAssistantIsTrainedWithItsEndAndWithoutItsHeader() {
        assertThat(trained(TEMPLATE, Map.of("messages", turns("x", "y", "z", "w"))))
                .containsExactly("y|", "w|");
    }

    @Test
    void thePromptColumnsTurnsAreGiven() {
        Map<String, Object> row = Map.of(
                "prompt", turns("x", "y", "z"), "completion", turns("u", "w").subList(1, 2));
        assertThat(trained(TEMPLATE, row)).containsExactly("w|");
        Map<String, Object> more = Map.of(
                "prompt", turns("x"), "completion", turns("x", "y", "z", "w").subList(1, 4));
        assertThat(trained(TEMPLATE, more)).containsExactly("y|", "w|");
    }

    @Test
    void generationBlocksSayWhatIsTrained() {
        String template = "{% for m in messages %}{% if m.role == 'assistant' %}a:"
                + "{% generation %}{{ m.content }}{% endgeneration %}|{% else %}u:{{ m.content }}|{% endif %}{% endfor %}";
        assertThat(trained(template, Map.of("messages", turns("x", "y", "z", "w"))))
                .containsExactly("y", "w");
        assertThat(trained(template, Map.of("messages", turns("x", "y")))).containsExactly("y");
    }

    @Test
    void aTurnThatIsShownOtherwiseOnceAnotherFollowsIsFoundByItsEnd() {
        // As Qwen3: reasoning is shown in the last turn only.
        String template = "{% for m in messages %}{% if m.role == 'assistant' and not loop.last %}"
                + "a:{{ m.content.split('t')[-1] }}|{% else %}{{ m.role[:1] }}:{{ m.content }}|{% endif %}{% endfor %}"
                + "{% if add_generation_prompt %}a:{% endif %}";
        assertThat(trained(template, Map.of("messages", turns("x", "hmtyes", "z", "hmtno"))))
                .containsExactly("yes|", "hmtno|");
    }

    @Test
    void aTurnThatATemplateHidesIsNotedAndTheOthersAreTrained() {
        String template = "{% for m in messages %}{% if m.role == 'user' or loop.last %}"
                + "{{ m.role[:1] }}:{{ m.content }}|{% endif %}{% endfor %}{% if add_generation_prompt %}a:{% endif %}";
        Kept kept = (Kept) prepare(template, SpecialTokenPolicy.ALLOW, Map.of("messages", turns("x", "yes", "z", "w")));
        assertThat(kept.notes()).contains(RowNote.TURN_NOT_FOUND);
        assertThat(trained(kept.example())).containsExactly("w|");
    }

    @Test
    void toolsReachTheTemplateAsAListOrAsJsonText() {
        String template = "{% if tools %}{{ tools[0].name }}{% endif %}" + TEMPLATE;
        Object tools = List.of(Map.of("name", "look"));
        for (Object column : List.of(tools, "[{\"name\": \"look\"}]")) {
            Kept kept = (Kept)
                    prepare(template, SpecialTokenPolicy.ALLOW, Map.of("messages", turns("x", "y"), "tools", column));
            assertThat(text(kept.example().prompt())).isEqualTo("looku:x|a:");
        }
        assertThat(prepare(template, SpecialTokenPolicy.ALLOW, Map.of("messages", turns("x", "y"), "tools", "no")))
                .isEqualTo(new Rejected("row", RejectionReason.WRONG_TYPE, "tools are text that is no JSON"));
    }

    @Test
    void aSpecialTokenInAMessageBecomesItsIdIsPlainTextOrRejectsTheRow() {
        Map<String, Object> row = Map.of("messages", turns("x</s>", "y"));
        Kept allowed = (Kept) prepare(TEMPLATE, SpecialTokenPolicy.ALLOW, row);
        assertThat(allowed.notes()).containsExactly(RowNote.SPECIAL_TOKENS_IN_CONTENT);
        assertThat(allowed.example().prompt()).contains(2);
        assertThat(prepare(TEMPLATE, SpecialTokenPolicy.REJECT, row))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(RejectionReason.SPECIAL_TOKEN));
        Kept escaped = (Kept) prepare(TEMPLATE, SpecialTokenPolicy.ESCAPE, row);
        assertThat(escaped.notes()).containsExactly(RowNote.SPECIAL_TOKENS_IN_CONTENT);
        assertThat(escaped.example().prompt()).doesNotContain(2).startsWith(1).endsWith(4, 31);
        Kept clean = (Kept) prepare(TEMPLATE, SpecialTokenPolicy.REJECT, Map.of("messages", turns("x", "y")));
        assertThat(clean.notes()).isEmpty();
    }

    @Test
    void theTemplatesOwnSpecialTokensAreNotAUsers() {
        String template = "{{ bos_token }}" + TEMPLATE.replace("|{% endfor", "</s>{% endfor");
        Kept kept = (Kept) prepare(template, SpecialTokenPolicy.ESCAPE, Map.of("messages", turns("x</s>", "y")));
        assertThat(kept.notes()).containsExactly(RowNote.SPECIAL_TOKENS_IN_CONTENT);
        assertThat(kept.example().prompt()).startsWith(1).containsOnlyOnce(1).containsOnlyOnce(2);
        assertThat(kept.example().completions().get(0).tokens()).containsExactly(28, 2);
    }

    @Test
    void aPlainStringsOwnBosAndEosAreWhatTheyAre() {
        Kept kept =
                (Kept) prepare(TEMPLATE, SpecialTokenPolicy.REJECT, Map.of("prompt", "<s>x", "completion", "y</s>"));
        assertThat(kept.notes()).isEmpty();
        assertThat(kept.example().prompt()).containsExactly(1, 27);
        assertThat(kept.example().completions().get(0).tokens()).containsExactly(28, 2);
    }

    @Test
    void partsReachATemplateThatTakesThemAndAreJoinedForOthers() {
        Object parts = List.of(Map.of("type", "text", "text", "x"), Map.of("type", "text", "text", "z"));
        Map<String, Object> row = Map.of(
                "messages",
                List.of(Map.of("role", "user", "content", parts), Map.of("role", "assistant", "content", "y")));
        Kept joined = (Kept) prepare(TEMPLATE, SpecialTokenPolicy.ALLOW, row);
        assertThat(joined.notes()).containsExactly(RowNote.CONTENT_PARTS_JOINED);
        assertThat(text(joined.example().prompt())).isEqualTo("u:xz|a:");
        String taking = TEMPLATE.replace(
                "{{ m.content }}",
                "{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}p{{ p.text }}{% endfor %}"
                        + "{% endif %}");
        Kept taken = (Kept) prepare(taking, SpecialTokenPolicy.ALLOW, row);
        assertThat(taken.notes()).isEmpty();
        assertThat(text(taken.example().prompt())).isEqualTo("u:pxpz|a:");
    }

    @Test
    void raiseEndsTheRunAtTheFirstRowWithItsIdAndTheKeys() {
        TextSettings settings = new TextSettings(
                8, OverLength.RAISE, true, TEMPLATE, 5, 6, SpecialTokenPolicy.ALLOW, BoundaryPolicy.KEEP);
        try (ExamplePreparer preparer =
                ExamplePreparer.open(folder, TrainingStage.SFT, Map.of(), RowSettings.DEFAULT, settings, 512)) {
            assertThatThrownBy(
                            () -> preparer.prepare(new RawRow("row 7", Map.of("prompt", "aaaaaa", "completion", "dd"))))
                    .isInstanceOf(DataException.class)
                    .hasMessage("Cannot keep row row 7: it is too long, 10 tokens, and data.over-length = raise; raise"
                            + " data.max-length (8), data.max-prompt-length (5), data.max-completion-length (6), or choose"
                            + " another data.over-length");
        }
    }

    private List<String> trained(String template, Map<String, Object> row) {
        return trained(((Kept) prepare(template, SpecialTokenPolicy.ALLOW, row)).example());
    }

    private List<String> trained(Example example) {
        Completion completion = example.completions().get(0);
        int[] spans = completion.spans();
        return IntStream.range(0, spans.length / 2)
                .mapToObj(i -> text(Arrays.copyOfRange(completion.tokens(), spans[2 * i], spans[2 * i + 1])))
                .toList();
    }

    private String text(int[] ids) {
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            return tokenizer.decode(ids);
        }
    }

    private RowOutcome prepare(String template, SpecialTokenPolicy policy, Map<String, Object> row) {
        TextSettings settings =
                new TextSettings(99, OverLength.DROP, true, template, 99, 99, policy, BoundaryPolicy.KEEP);
        try (ExamplePreparer preparer =
                ExamplePreparer.open(folder, TrainingStage.SFT, Map.of(), RowSettings.DEFAULT, settings, 512)) {
            return preparer.prepare(new RawRow("row", row)).outcomes().get(0);
        }
    }

    private static List<Map<String, Object>> turns(String... contents) {
        return IntStream.range(0, contents.length)
                .mapToObj(
                        i -> Map.<String, Object>of("role", i % 2 == 0 ? "user" : "assistant", "content", contents[i]))
                .toList();
    }
}
