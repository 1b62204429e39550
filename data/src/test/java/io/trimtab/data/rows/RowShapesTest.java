package io.trimtab.data.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.DataException;
import io.trimtab.data.Example;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.RowOutcome.Kept;
import io.trimtab.data.RowOutcome.Rejected;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.data.tokens.TinyTokenizer;
import io.trimtab.data.tokens.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every shape of row, with texts that {@link TinyTokenizer} takes apart by hand. */
class RowShapesTest {
    /** {@code u:words|} for the user, {@code a:words|} for the assistant; refuses anybody else. */
    private static final String TEMPLATE = "{% for m in messages %}"
            + "{% if m.role not in ['user', 'assistant'] %}{{ raise_exception('only two roles') }}{% endif %}"
            + "{{ m.role[:1] }}:{{ m.content }}|{% endfor %}{% if add_generation_prompt %}a:{% endif %}";

    private static final Object PROMPT = List.of(message("user", "ho"));

    @TempDir
    Path folder;

    @BeforeEach
    void writeTokenizer() {
        TinyTokenizer.withBos(folder);
    }

    @Nested
    class Pairs {
        @Test
        void stringsAreUsedByteForByteWithEos() {
            Example example = kept(TrainingStage.DPO, Map.of("prompt", "ho ", "chosen", "yes", "rejected", " no"));
            assertThat(text(example)).containsExactly("ho |yes", "ho | no");
            assertThat(example.prompt()[0]).isEqualTo(1);
            assertThat(example.completions())
                    .allSatisfy(completion -> assertThat(completion.tokens()).endsWith(2));
        }

        @Test
        void transcriptsAreSplitBehindTheLastAssistant() {
            String before = "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:";
            Passage passage = passage(Map.of("chosen", before + " yes", "rejected", before + " yonder"));
            assertThat(passage).isEqualTo(new Passage.Plain(before, List.of(" yes", " yonder")));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("io.trimtab.data.rows.RowShapesTest#messageShapes")
        void everyShapeOfMessagesGivesTheSameExample(String name, Map<String, Object> row) {
            Example example = kept(TrainingStage.DPO, row);
            assertThat(text(example)).containsExactly("u:ho|a:" + "|" + "yes|", "u:ho|a:" + "|" + "no|");
            // Rendered text ends as the template ends it.
            assertThat(example.completions())
                    .allSatisfy(completion -> assertThat(completion.tokens()).doesNotContain(2));
        }

        @Test
        void aPromptOfSeveralTurnsStaysWhole() {
            List<Object> before = List.of(message("user", "x"), message("assistant", "y"), message("user", "z"));
            Map<String, Object> row = Map.of(
                    "chosen",
                    plus(before, message("assistant", "g")),
                    "rejected",
                    plus(before, message("assistant", "h")));
            assertThat(text(kept(TrainingStage.DPO, row))).containsExactly("u:x|a:y|u:z|a:|g|", "u:x|a:y|u:z|a:|h|");
        }

        @Test
        void columnsAreFoundUnderTheTablesNames() {
            Map<String, String> columns = Map.of("prompt", "question", "chosen", "good", "rejected", "bad");
            RowOutcome outcome = prepare(
                    TrainingStage.DPO,
                    columns,
                    Map.of("question", "ho", "good", "yes", "bad", "no", "prompt", "never"));
            assertThat(text(((Kept) outcome).example())).containsExactly("ho|yes", "ho|no");
        }

        @Test
        void contentInPartsIsJoinedAndAnEntryThatIsNullIsNotSeen() {
            Map<String, Object> answer = new HashMap<>();
            answer.put("role", "assistant");
            answer.put("content", List.of(Map.of("type", "text", "text", "y"), Map.of("type", "text", "text", "es")));
            answer.put("tool_calls", null);
            Map<String, Object> row = Map.of(
                    "prompt", PROMPT, "chosen", List.of(answer), "rejected", List.of(message("assistant", "no")));
            assertThat(text(kept(TrainingStage.DPO, row))).containsExactly("u:ho|a:|yes|", "u:ho|a:|no|");
        }

        @Test
        void aSystemTextBesideStringsIsNotUsedAndNoted() {
            Map<String, Object> row = Map.of("system", "sh", "prompt", "ho", "chosen", "yes", "rejected", "no");
            RowOutcome outcome = prepare(TrainingStage.DPO, Map.of(), row);
            assertThat(text(((Kept) outcome).example())).containsExactly("ho|yes", "ho|no");
            assertThat(((Kept) outcome).notes()).containsExactly(RowNote.SYSTEM_NOT_USED);
        }

        @Test
        void anEmptyPromptIsKeptAndNoted() {
            RowOutcome outcome =
                    prepare(TrainingStage.DPO, Map.of(), Map.of("prompt", "", "chosen", "a", "rejected", "d"));
            assertThat(((Kept) outcome).notes()).containsExactly(RowNote.EMPTY_PROMPT);
        }
    }

    static Stream<Arguments> messageShapes() {
        Object yes = message("assistant", "yes");
        Object no = message("assistant", "no");
        Object ho = message("user", "ho");
        return Stream.of(
                Arguments.of(
                        "prompt and answers",
                        Map.of("prompt", PROMPT, "chosen", List.of(yes), "rejected", List.of(no))),
                Arguments.of("whole conversations", Map.of("chosen", List.of(ho, yes), "rejected", List.of(ho, no))),
                Arguments.of(
                        "prompt and whole conversations",
                        Map.of("prompt", PROMPT, "chosen", List.of(ho, yes), "rejected", List.of(ho, no))),
                Arguments.of(
                        "prompt as text, whole conversations",
                        Map.of("prompt", "ho", "chosen", List.of(ho, yes), "rejected", List.of(ho, no))),
                Arguments.of(
                        "prompt as text, answers",
                        Map.of("prompt", "ho", "chosen", List.of(yes), "rejected", List.of(no))),
                Arguments.of("answers as text", Map.of("prompt", PROMPT, "chosen", "yes", "rejected", "no")),
                Arguments.of("answers as single messages", Map.of("prompt", PROMPT, "chosen", yes, "rejected", no)),
                Arguments.of("one whole, one answer", Map.of("chosen", List.of(ho, yes), "rejected", List.of(no))));
    }

    @Nested
    class LabelledRows {
        @ParameterizedTest
        @MethodSource("io.trimtab.data.rows.RowShapesTest#labels")
        void labelIsABooleanOrZeroOrOneOrAWord(Object label, CompletionRole role) {
            Example example = kept(TrainingStage.KTO, Map.of("prompt", "ho", "completion", "yes", "label", label));
            assertThat(example.completions()).extracting(Completion::role).containsExactly(role);
        }

        @Test
        void aUsersKlCompletionIsTheMismatchedOne() {
            Map<String, Object> row =
                    Map.of("prompt", "ho", "completion", "yes", "label", true, "kl_completion", "other");
            Example example = kept(TrainingStage.KTO, row);
            assertThat(text(example)).containsExactly("ho|yes", "ho|other");
            assertThat(example.completions())
                    .extracting(Completion::role)
                    .containsExactly(CompletionRole.DESIRABLE, CompletionRole.MISMATCHED);
        }

        @Test
        void messagesStandForPromptAndCompletion() {
            Object messages = List.of(message("user", "ho"), message("assistant", "yes"));
            assertThat(text(kept(TrainingStage.KTO, Map.of("messages", messages, "label", false))))
                    .containsExactly("u:ho|a:|yes|");
            assertThat(text(kept(
                            TrainingStage.KTO, Map.of("messages", messages, "label", false, "kl_completion", "other"))))
                    .containsExactly("u:ho|a:|yes|", "u:ho|a:|other|");
        }
    }

    static Stream<Arguments> labels() {
        return Stream.of(
                Arguments.of(true, CompletionRole.DESIRABLE),
                Arguments.of(1, CompletionRole.DESIRABLE),
                Arguments.of(1.0, CompletionRole.DESIRABLE),
                Arguments.of("True", CompletionRole.DESIRABLE),
                Arguments.of(false, CompletionRole.UNDESIRABLE),
                Arguments.of(0L, CompletionRole.UNDESIRABLE),
                Arguments.of("false", CompletionRole.UNDESIRABLE),
                Arguments.of("1.0", CompletionRole.DESIRABLE),
                Arguments.of("0", CompletionRole.UNDESIRABLE));
    }

    @Test
    void fineTuningTrainsTheCompletionOrAllOfTheAssistantsTurns() {
        assertThat(text(kept(TrainingStage.SFT, Map.of("prompt", "ho", "completion", "yes"))))
                .containsExactly("ho|yes");
        Object messages = List.of(
                message("user", "x"), message("assistant", "y"), message("user", "z"), message("assistant", "w"));
        Example turns = kept(TrainingStage.SFT, Map.of("messages", messages));
        assertThat(text(turns)).containsExactly("u:x|a:|y|u:z|a:w|");
        assertThat(turns.completions().get(0).spans()).containsExactly(0, 2, 8, 10);
    }

    @Test
    void preTrainingHasBosForAPromptAndTheTextForATarget() {
        Example example = kept(TrainingStage.PRETRAIN, Map.of("text", "abcd"));
        assertThat(example.prompt()).containsExactly(1);
        assertThat(example.completions())
                .containsExactly(new Completion(new int[] {4, 30, 7, 2}, CompletionRole.TARGET));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("rejections")
    void aBadRowIsRejectedWithItsReason(TrainingStage stage, Map<String, Object> row, RejectionReason reason) {
        RowOutcome outcome = prepare(stage, Map.of(), row);
        assertThat(outcome).isInstanceOf(Rejected.class);
        assertThat(((Rejected) outcome).reason()).isEqualTo(reason);
        assertThat(outcome.id()).isEqualTo("row");
        assertThat(((Rejected) outcome).detail()).doesNotContain("secret");
    }

    static Stream<Arguments> rejections() {
        Map<String, Object> withNull = new HashMap<>(Map.of("prompt", "ho", "chosen", "secret"));
        withNull.put("rejected", null);
        Object u = message("user", "secret");
        Object a = message("assistant", "yes");
        List<Arguments> all = new ArrayList<>();
        dpo(all, Map.of("prompt", "ho", "chosen", "secret"), RejectionReason.MISSING_COLUMN);
        dpo(all, withNull, RejectionReason.MISSING_COLUMN);
        dpo(all, Map.of("chosen", "secret", "rejected", "no"), RejectionReason.MISSING_COLUMN);
        dpo(
                all,
                Map.of("chosen", List.of(a), "rejected", List.of(message("assistant", "no"))),
                RejectionReason.MISSING_COLUMN);
        dpo(all, pair("ho", "secret", ""), RejectionReason.EMPTY_COMPLETION);
        dpo(all, pair("ho", " \n", "secret"), RejectionReason.EMPTY_COMPLETION);
        dpo(
                all,
                Map.of("prompt", "ho", "chosen", message("assistant", " "), "rejected", a),
                RejectionReason.EMPTY_COMPLETION);
        dpo(all, pair("ho", "secret", "secret"), RejectionReason.IDENTICAL_COMPLETIONS);
        dpo(all, Map.of("chosen", List.of(u, a), "rejected", List.of(u, a)), RejectionReason.IDENTICAL_COMPLETIONS);
        dpo(all, Map.of("prompt", "ho", "chosen", 3, "rejected", "secret"), RejectionReason.WRONG_TYPE);
        dpo(all, Map.of("prompt", 3, "chosen", "secret", "rejected", "no"), RejectionReason.WRONG_TYPE);
        dpo(all, Map.of("prompt", "ho", "chosen", List.of(u, a), "rejected", "no"), RejectionReason.DIFFERENT_PROMPTS);
        dpo(
                all,
                Map.of("chosen", List.of(u, a), "rejected", List.of(message("user", "other"), a)),
                RejectionReason.DIFFERENT_PROMPTS);
        dpo(
                all,
                Map.of("prompt", PROMPT, "chosen", List.of(u, a), "rejected", List.of(a)),
                RejectionReason.DIFFERENT_PROMPTS);
        dpo(
                all,
                transcripts("\n\nHuman: secret\n\nAssistant: yes", "\n\nHuman: other\n\nAssistant: no"),
                RejectionReason.DIFFERENT_PROMPTS);
        dpo(all, transcripts("\n\nHuman: secret", "\n\nHuman: secret"), RejectionReason.NO_ASSISTANT_TURN);
        dpo(
                all,
                transcripts("\n\nHuman: secret\n\nAssistant: ", "\n\nHuman: secret\n\nAssistant: yes"),
                RejectionReason.EMPTY_COMPLETION);
        dpo(all, Map.of("chosen", List.of(u, a), "rejected", List.of(u)), RejectionReason.MALFORMED_MESSAGES);
        dpo(all, Map.of("chosen", List.of(), "rejected", List.of(u, a)), RejectionReason.MALFORMED_MESSAGES);
        dpo(all, Map.of("chosen", List.of("secret"), "rejected", List.of(u, a)), RejectionReason.MALFORMED_MESSAGES);
        dpo(
                all,
                Map.of("chosen", List.of(Map.of("content", "secret")), "rejected", List.of(u, a)),
                RejectionReason.MALFORMED_MESSAGES);
        dpo(
                all,
                Map.of("prompt", List.of(message("system", "secret")), "chosen", "yes", "rejected", "no"),
                RejectionReason.TEMPLATE_ERROR);
        dpo(all, pair("ho", "secret \uD83D", "no"), RejectionReason.NOT_UTF8);
        kto(all, "yes", "maybe", RejectionReason.BAD_LABEL);
        kto(all, "yes", 2, RejectionReason.BAD_LABEL);
        kto(all, "", true, RejectionReason.EMPTY_COMPLETION);
        all.add(Arguments.of(
                TrainingStage.KTO, Map.of("prompt", "secret", "completion", "a"), RejectionReason.MISSING_COLUMN));
        all.add(Arguments.of(TrainingStage.SFT, Map.of("messages", List.of(u)), RejectionReason.MALFORMED_MESSAGES));
        all.add(Arguments.of(TrainingStage.SFT, Map.of("prompt", "secret"), RejectionReason.MISSING_COLUMN));
        all.add(Arguments.of(TrainingStage.PRETRAIN, Map.of("text", " "), RejectionReason.EMPTY_TEXT));
        all.add(Arguments.of(TrainingStage.PRETRAIN, Map.of("text", List.of("secret")), RejectionReason.WRONG_TYPE));
        return all.stream();
    }

    private static void dpo(List<Arguments> all, Map<String, Object> row, RejectionReason reason) {
        all.add(Arguments.of(TrainingStage.DPO, row, reason));
    }

    private static void kto(List<Arguments> all, String completion, Object label, RejectionReason reason) {
        all.add(Arguments.of(
                TrainingStage.KTO, Map.of("prompt", "secret", "completion", completion, "label", label), reason));
    }

    @Test
    void everyReasonOfThePreparerIsReachedByTheRowsAbove() {
        List<RejectionReason> reached = rejections()
                .map(arguments -> (RejectionReason) arguments.get()[2])
                .distinct()
                .toList();
        assertThat(Arrays.stream(RejectionReason.values()))
                .filteredOn(reason -> !reached.contains(reason))
                .containsExactly(
                        RejectionReason.MALFORMED_JSON,
                        RejectionReason.MALFORMED_CSV,
                        RejectionReason.FIELD_COUNT,
                        RejectionReason.DUPLICATE_KEY,
                        RejectionReason.ROW_TOO_LARGE,
                        RejectionReason.BAD_SCORES,
                        RejectionReason.TOO_MANY_COMPLETIONS,
                        RejectionReason.SPECIAL_TOKEN,
                        RejectionReason.TOKENIZER_ERROR);
    }

    @Test
    void rowsThatAreTooLongAreNoRejections() {
        String words = "a".repeat(80);
        assertThat(prepare(TrainingStage.DPO, Map.of(), pair("ho", words, "no")))
                .isEqualTo(new RowOutcome.TooLong("row", 84));
    }

    @Test
    void pairsThatAreEqualWithinTheLimitAreRejected() {
        TextSettings cutting = new TextSettings(6, OverLength.TRUNCATE_COMPLETION, true, null);
        try (ExamplePreparer preparer =
                ExamplePreparer.open(folder, TrainingStage.DPO, Map.of(), RowSettings.DEFAULT, cutting, 512)) {
            RowOutcome outcome = preparer.prepare(new RawRow("row", pair("ho", "yesyesx", "yesyesz")))
                    .outcomes()
                    .get(0);
            assertThat(((Rejected) outcome).detail())
                    .isEqualTo("chosen and rejected are the same within data.max-length");
        }
    }

    @Test
    void maxLengthIsLoweredToTheModelsPositions() {
        TextSettings roomy = new TextSettings(1000, OverLength.DROP, true, null);
        try (ExamplePreparer preparer =
                ExamplePreparer.open(folder, TrainingStage.SFT, Map.of(), RowSettings.DEFAULT, roomy, 6)) {
            Map<String, Object> row = Map.of("prompt", "ho", "completion", "yes");
            assertThat(preparer.prepare(new RawRow("row", row)).outcomes().get(0))
                    .isEqualTo(new RowOutcome.TooLong("row", 7));
        }
    }

    @Test
    void messagesWithoutAnyTemplateEndTheJobWithTheKeyThatMendsIt() {
        TextSettings noTemplate = new TextSettings(64, OverLength.DROP, true, null);
        try (ExamplePreparer preparer =
                ExamplePreparer.open(folder, TrainingStage.DPO, Map.of(), RowSettings.DEFAULT, noTemplate, 512)) {
            RawRow row = new RawRow("row", Map.of("prompt", PROMPT, "chosen", "yes", "rejected", "no"));
            assertThatThrownBy(() -> preparer.prepare(row))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("data.chat-template");
        }
    }

    @Test
    void aMappedNameThatNoStageKnowsIsRefused() {
        TextSettings settings = new TextSettings(64, OverLength.DROP, true, null);
        assertThatThrownBy(() -> ExamplePreparer.open(
                        folder, TrainingStage.DPO, Map.of("choosen", "good"), RowSettings.DEFAULT, settings, 512))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Cannot map column choosen: data.train.columns knows only chosen, completion,");
    }

    @Test
    void aTemplateThatWritesBosAndOneThatDoesNotBothGiveOne() {
        for (String template : List.of(TEMPLATE, "{{ bos_token }}" + TEMPLATE)) {
            Example example = kept(template, Map.of("prompt", PROMPT, "chosen", "yes", "rejected", "no"));
            assertThat(example.prompt()).startsWith(1, 24, 31).containsOnlyOnce(1);
        }
    }

    @Test
    void aTemplateThatShowsThePromptOtherwiseOnceItIsAnsweredIsKeptAndNoted() {
        // As Qwen3 and R1 do with their thinking: the generation prompt ends in words that an answered conversation
        // lacks.
        String thinking = TEMPLATE.replace("%}a:{%", "%}a:think{%");
        RowOutcome outcome = prepare(
                thinking, TrainingStage.DPO, Map.of(), Map.of("prompt", PROMPT, "chosen", "yes", "rejected", "to"));
        assertThat(text(((Kept) outcome).example())).containsExactly("u:ho|a:|yes|", "u:ho|a:|to|");
        assertThat(((Kept) outcome).notes())
                .containsExactlyInAnyOrder(RowNote.BOUNDARY_INSIDE_PROMPT, RowNote.PROMPT_RENDERED_OTHERWISE);
    }

    private Example kept(String template, Map<String, Object> row) {
        return ((Kept) prepare(template, TrainingStage.DPO, Map.of(), row)).example();
    }

    private Example kept(TrainingStage stage, Map<String, Object> row) {
        return ((Kept) prepare(stage, Map.of(), row)).example();
    }

    private RowOutcome prepare(TrainingStage stage, Map<String, String> columns, Map<String, Object> row) {
        return prepare(TEMPLATE, stage, columns, row);
    }

    private RowOutcome prepare(
            String template, TrainingStage stage, Map<String, String> columns, Map<String, Object> row) {
        TextSettings settings = new TextSettings(64, OverLength.DROP, true, template);
        try (ExamplePreparer preparer =
                ExamplePreparer.open(folder, stage, columns, RowSettings.DEFAULT, settings, 512)) {
            return preparer.prepare(new RawRow("row", row)).outcomes().get(0);
        }
    }

    private static Passage passage(Map<String, Object> row) {
        try {
            RowReader reader = new RowReader(TrainingStage.DPO, new Columns(Map.of()), RowSettings.DEFAULT);
            return reader.read(reader.familiar(new RawRow("row", row)))
                    .parts()
                    .get(0)
                    .passage();
        } catch (RowRejection e) {
            throw new AssertionError(e);
        }
    }

    /** Per completion {@code prompt|completion} as text, special tokens left out. */
    private List<String> text(Example example) {
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            return example.completions().stream()
                    .map(completion -> tokenizer.decode(example.prompt()) + "|" + tokenizer.decode(completion.tokens()))
                    .toList();
        }
    }

    private static Map<String, Object> pair(String prompt, String chosen, String rejected) {
        return Map.of("prompt", prompt, "chosen", chosen, "rejected", rejected);
    }

    private static Map<String, Object> transcripts(String chosen, String rejected) {
        return Map.of("chosen", chosen, "rejected", rejected);
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static List<Object> plus(List<Object> messages, Object last) {
        List<Object> all = new ArrayList<>(messages);
        all.add(last);
        return all;
    }
}
