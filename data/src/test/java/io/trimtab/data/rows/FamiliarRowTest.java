package io.trimtab.data.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.SharedData;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.chat.Conversation;
import io.trimtab.data.files.JsonArray;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.files.JsonLines;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.DataTally;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Rows of other trainers, by hand and from their real files. */
class FamiliarRowTest {
    private static final String TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
            + "{% if add_generation_prompt %}assistant: {% endif %}";

    @Test
    void alpacaPairsAskWithInstructionAndInput() throws RowRejection {
        assertThat(dpo(Map.of("instruction", "Name it", "input", "a cat", "chosen", "Cat.", "rejected", "Dog.")))
                .isEqualTo(chat(List.of("user", "Name it\na cat"), "Cat.", "Dog."));
        assertThat(dpo(Map.of("instruction", "Name it", "input", "", "chosen", "Cat.", "rejected", "Dog.")))
                .isEqualTo(chat(List.of("user", "Name it"), "Cat.", "Dog."));
    }

    @Test
    void systemAndHistoryStandBeforeTheInstruction() throws RowRejection {
        Map<String, Object> row = Map.of(
                "instruction", "Why?", "output", "So.", "system", "Be brief", "history", List.of(List.of("a", "b")));
        assertThat(passage(TrainingStage.SFT, Map.of(), row))
                .isEqualTo(chat(List.of("system", "Be brief", "user", "a", "assistant", "b", "user", "Why?"), "So."));
    }

    @Test
    void aSystemTextStandsBeforeMessagesUnlessTheyBeginWithOne() throws RowRejection {
        Passage expected = chat(List.of("system", "Be kind", "user", "Sky?"), "Blue.", "Red.");
        Object blue = List.of(message("assistant", "Blue."));
        Object red = List.of(message("assistant", "Red."));
        assertThat(dpo(Map.of("system", "Be kind", "prompt", "Sky?", "chosen", blue, "rejected", red)))
                .isEqualTo(expected);
        List<Object> whole = List.of(message("user", "Sky?"), message("assistant", "Blue."));
        List<Object> other = List.of(message("user", "Sky?"), message("assistant", "Red."));
        assertThat(dpo(Map.of("system", "Be kind", "chosen", whole, "rejected", other)))
                .isEqualTo(expected);
        Object own = List.of(message("system", "Be kind"), message("user", "Sky?"));
        assertThat(dpo(Map.of("system", "never", "prompt", own, "chosen", blue, "rejected", red)))
                .isEqualTo(expected);
        assertThat(passage(
                        TrainingStage.DPO,
                        Map.of("system", "rules"),
                        Map.of("rules", "Be kind", "prompt", "Sky?", "chosen", blue, "rejected", red)))
                .isEqualTo(expected);
    }

    @Test
    void axolotlsNamesOfPromptAndAnswersAreKnown() throws RowRejection {
        Passage expected = chat(List.of("system", "Be kind", "user", "Sky?"), "Blue.", "Red.");
        for (String prompt : List.of("question", "input", "instruction")) {
            assertThat(dpo(Map.of("system", "Be kind", prompt, "Sky?", "chosen", "Blue.", "rejected", "Red.")))
                    .isEqualTo(expected);
        }
        assertThat(dpo(Map.of("instruction", "Sky?", "chosen_response", "Blue.", "rejected_response", "Red.")))
                .isEqualTo(chat(List.of("user", "Sky?"), "Blue.", "Red."));
    }

    @Test
    void shareGptSpeakersAreRoles() throws RowRejection {
        Map<String, Object> row = Map.of(
                "conversations", List.of(said("human", "Sky?"), said("gpt", "Blue."), said("human", "Sea?")),
                "chosen", said("gpt", "Blue too."),
                "rejected", said("gpt", "Red."));
        assertThat(dpo(row))
                .isEqualTo(chat(List.of("user", "Sky?", "assistant", "Blue.", "user", "Sea?"), "Blue too.", "Red."));
    }

    @Test
    void chatTemplateRowsOfAxolotlAskWithMessages() throws RowRejection {
        Map<String, Object> row = Map.of(
                "messages", List.of(message("user", "Sky?")),
                "chosen", message("assistant", "Blue."),
                "rejected", message("assistant", "Red."));
        assertThat(dpo(row)).isEqualTo(chat(List.of("user", "Sky?"), "Blue.", "Red."));
    }

    @Test
    void aMessagesColumnBesideWholeConversationsIsNoPrompt() throws RowRejection {
        List<Object> chosen = List.of(message("user", "Sky?"), message("assistant", "Blue."));
        List<Object> rejected = List.of(message("user", "Sky?"), message("assistant", "Red."));
        assertThat(dpo(Map.of("messages", chosen, "question", "Other?", "chosen", chosen, "rejected", rejected)))
                .isEqualTo(chat(List.of("user", "Sky?"), "Blue.", "Red."));
    }

    @Test
    void namesOfOursAndMappedOnesComeFirst() throws RowRejection {
        Map<String, Object> row = Map.of(
                "prompt", "Sky?", "instruction", "never", "system", "never", "chosen", "Blue.", "rejected", "Red.");
        assertThat(dpo(row)).isEqualTo(new Passage.Plain("Sky?", List.of("Blue.", "Red.")));
        assertThat(passage(
                        TrainingStage.DPO,
                        Map.of("prompt", "instruction"),
                        Map.of("instruction", "Sky?", "input", "x", "chosen", "Blue.", "rejected", "Red.")))
                .isEqualTo(new Passage.Plain("Sky?", List.of("Blue.", "Red.")));
    }

    @Test
    void ktoTagIsTheLabel() {
        FamiliarRow row = FamiliarRow.of(
                new RawRow("row", Map.of("instruction", "Sky?", "output", "Blue.", "kto_tag", false)),
                RowShape.of(TrainingStage.KTO),
                new Columns(Map.of()));
        assertThat(row.value("label")).isEqualTo(false);
        assertThat(row.value("completion")).isEqualTo("Blue.");
        assertThat(row.taken())
                .isEqualTo(new TakenShape("label", "messages", List.of("instruction", "output", "kto_tag")));
    }

    @Test
    void aTableOfAnotherTrainersColumnsIsNotRefused() {
        new Columns(Map.of())
                .requireIn(
                        List.of("instruction", "chosen_response", "rejected_response"),
                        TrainingStage.DPO,
                        RowSettings.DEFAULT,
                        "t",
                        "data.train");
        new Columns(Map.of())
                .requireIn(
                        List.of("instruction", "output", "kto_tag"),
                        TrainingStage.KTO,
                        RowSettings.DEFAULT,
                        "t",
                        "data.train");
    }

    @Test
    void llmsFromScratchPairsAreReadWhole() throws IOException {
        DataReport report =
                report("preferences/llms-from-scratch-instruction-data-with-preference.json.gz", TrainingStage.DPO);
        assertThat(report.read()).isEqualTo(1100);
        // Six rows have the same text twice (counted with an independent script).
        assertThat(report.rejected()).isEqualTo(Map.of(RejectionReason.IDENTICAL_COMPLETIONS, 6L));
        assertThat(report.kept()).isEqualTo(1094);
    }

    @Test
    void llamaFactorysPairsAreReadWhole() throws IOException {
        DataReport report = report("preferences/llamafactory-dpo-en-demo.json.gz", TrainingStage.DPO);
        assertThat(report.read()).isEqualTo(300);
        assertThat(report.rejected()).isEqualTo(Map.of());
    }

    @Test
    void llamaFactorysVerdictsAreReadWhole() throws IOException {
        DataReport report = report("unpaired/llamafactory-kto-en-demo.json.gz", TrainingStage.KTO);
        assertThat(report.read()).isEqualTo(300);
        assertThat(report.desirable()).isEqualTo(150);
        assertThat(report.undesirable()).isEqualTo(150);
    }

    @Test
    void alpacaInstructionsAreReadWhole() throws IOException {
        DataReport report = report("sft/llms-from-scratch-instruction-data.json.gz", TrainingStage.SFT);
        assertThat(report.read()).isEqualTo(1100);
        assertThat(report.rejected()).isEqualTo(Map.of());
    }

    /** Every element of a real file, with room for the longest. */
    private static DataReport report(String name, TrainingStage stage) throws IOException {
        DataTally tally = new DataTally();
        TextSettings text = new TextSettings(100_000, OverLength.DROP, true, TEMPLATE);
        try (InputStream in = new BufferedInputStream(
                        new GZIPInputStream(Files.newInputStream(SharedData.file("data/" + name))));
                ExamplePreparer preparer = ExamplePreparer.open(
                        SharedData.stories(), stage, Map.of(), RowSettings.DEFAULT, text, 100_000)) {
            JsonArray array = JsonArray.open(in, name);
            while (array.hasNext()) {
                JsonLine line = JsonLines.parse(array.next(), "row", Map.of());
                tally.add(preparer.prepare(((JsonLine.Row) line).row()));
            }
        }
        DataReport report = tally.report();
        assertThat(report.overLength()).isZero();
        return report;
    }

    private static Passage dpo(Map<String, Object> fields) throws RowRejection {
        return passage(TrainingStage.DPO, Map.of(), fields);
    }

    private static Passage passage(TrainingStage stage, Map<String, String> names, Map<String, Object> fields)
            throws RowRejection {
        RowReader reader = new RowReader(stage, new Columns(names), RowSettings.DEFAULT);
        return reader.read(reader.familiar(new RawRow("row", new HashMap<>(fields))))
                .parts()
                .get(0)
                .passage();
    }

    /** Roles and contents in turn, then one answer per completion. */
    private static Passage chat(List<String> turns, String... answers) {
        List<Object> messages = new ArrayList<>();
        for (int i = 0; i < turns.size(); i += 2) {
            messages.add(message(turns.get(i), turns.get(i + 1)));
        }
        List<Conversation> completions = new ArrayList<>();
        for (String answer : answers) {
            completions.add(Conversation.of("assistant", answer));
        }
        return new Passage.Chat(Conversation.parse(messages), completions);
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static Map<String, Object> said(String from, String value) {
        return Map.of("from", from, "value", value);
    }
}
