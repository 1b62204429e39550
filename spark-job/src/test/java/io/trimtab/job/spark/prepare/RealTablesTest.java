package io.trimtab.job.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.DataTally;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.PairPolicy;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.data.tokens.OverLength;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.job.spark.LocalSpark;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.source.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real files whose rows no trainer reads as they are, each read whole: the SQL and the column map that make them a shape of ours, and the
 * counts that the shared data's README gives.
 */
class RealTablesTest {
    private static final String TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
            + "{% if add_generation_prompt %}assistant: {% endif %}";
    private static final RowSettings ALL_PAIRS = new RowSettings(null, PairPolicy.ALL, 0, null);
    /** Roomy enough for the longest row. */
    private static final int TOKENS = 100_000;

    @TempDir
    static Path folder;

    private static SparkSession session;

    @BeforeAll
    static void startSpark() {
        session = LocalSpark.start();
    }

    @AfterAll
    static void stopSpark() {
        session.stop();
    }

    @Test
    void pandaLmsAnnotatorsAreScoresByMajority() {
        view("preferences/pandalm-testset-v1.json.gz");
        String votes = "size(filter(array(annotator1, annotator2, annotator3), vote -> vote = %d)) >= 2";
        DataReport report = report(TrainingStage.DPO, RowSettings.DEFAULT, Map.of(), """
                select idx as id, instruction, input, array(response1, response2) as completions,
                       array(%s, %s) as scores
                from rows
                """.formatted(
                        votes.formatted(1), votes.formatted(2)));
        assertThat(report.read()).isEqualTo(999);
        assertThat(report.scores().rows()).isEqualTo(105);
        // Fifty-two of the decided pairs have an answer of blanks (counted with an independent script).
        assertThat(report.rejected()).isEqualTo(Map.of(RejectionReason.EMPTY_COMPLETION, 52L));
        assertThat(report.kept()).isEqualTo(422 + 472 - 52);
    }

    @Test
    void llmBarsLabelSaysWhichOutputIsChosen() {
        view("preferences/llmbar.jsonl.gz");
        DataReport report = report(TrainingStage.DPO, RowSettings.DEFAULT, Map.of(), """
                select input as instruction, if(label = 1, output_1, output_2) as chosen,
                       if(label = 1, output_2, output_1) as rejected
                from rows
                """);
        assertThat(report.read()).isEqualTo(885);
        // One row has the same text twice, another an answer of blanks (counted with an independent script).
        assertThat(report.rejected())
                .isEqualTo(Map.of(RejectionReason.IDENTICAL_COMPLETIONS, 1L, RejectionReason.EMPTY_COMPLETION, 1L));
        assertThat(report.kept()).isEqualTo(883);
    }

    @Test
    void openAssistantsTreesAreRankedAnswersToEveryPrompterMessage() {
        session.read().text(file("preferences/oasst-en-100-trees.jsonl.gz")).createOrReplaceTempView("trees");
        // A message's replies stay JSON text, as a type that holds itself has no schema; one step a level.
        String message = "'text string, rank int, replies array<string>'";
        view("level0", """
                select array(struct('user' as role, node.text as content)) as prompt, node.replies as replies
                from (select from_json(from_json(value, 'prompt string').prompt, %s) as node from trees)
                """.formatted(message));
        for (int level = 1; level <= 2; level++) {
            view("level" + level, """
                    select concat(prompt, array(struct('assistant' as role, answer.text as content),
                                                struct('user' as role, node.text as content))) as prompt,
                           node.replies as replies
                    from (select prompt, answer, from_json(reply, %1$s) as node
                          from (select prompt, from_json(reply, %1$s) as answer
                                from (select prompt, explode(replies) as reply from level%2$d))
                          lateral view explode(answer.replies) as reply)
                    """.formatted(message, level - 1));
        }
        DataReport report = report(TrainingStage.DPO, ALL_PAIRS, Map.of(), """
                select prompt, transform(replies, reply -> from_json(reply, 'text string, rank int')) as completions
                from (select * from level0 union all select * from level1 union all select * from level2)
                where size(replies) > 0
                """);
        // 254 messages are answered, 687 times. In 42 of them no answer has a rank, in one other a single answer has
        // none.
        assertThat(report.read()).isEqualTo(254);
        assertThat(report.kept()).isEqualTo(754);
        assertThat(report.rejected()).isEqualTo(Map.of(RejectionReason.BAD_SCORES, 42L));
        assertThat(report.scores().leftOut()).isEqualTo(1);
    }

    @Test
    void gsm8kSolutionsAreCrossedOrLabelled() {
        view("unpaired/gsm8k-model-solutions.jsonl.gz");
        String rows = """
                select question, array(`6b_finetuning`, `6b_verification`, `175b_finetuning`, `175b_verification`) as answers
                from rows
                """;
        Map<String, String> columns = Map.of("completions", "answers", "completion", "solution", "score", "is_correct");
        DataReport crossed = report(TrainingStage.DPO, ALL_PAIRS, columns, rows);
        assertThat(crossed.read()).isEqualTo(1319);
        assertThat(crossed.kept()).isEqualTo(2429);
        // All four are right or all wrong (counted with an independent script).
        assertThat(crossed.scores().rows()).isEqualTo(588);
        RowSettings labels = new RowSettings(null, PairPolicy.BEST_WORST, 0, 1.0);
        DataReport labelled = report(TrainingStage.KTO, labels, columns, rows);
        assertThat(labelled.made()).isEqualTo(5276);
        assertThat(labelled.desirable()).isEqualTo(2001);
        assertThat(labelled.undesirable()).isEqualTo(3275);
    }

    @Test
    void xsTestsVerdictsAreLabelsByTheKindOfPrompt() {
        view("unpaired/xstest-v2-completions.jsonl.gz");
        DataReport report = report(TrainingStage.KTO, RowSettings.DEFAULT, Map.of(), """
                select prompt, completion, (final_label like '2%') = (type like 'contrast%') as label
                from rows where final_label not like '3%'
                """);
        assertThat(report.read()).isEqualTo(1766 + 308);
        assertThat(report.desirable()).isEqualTo(1766);
        assertThat(report.undesirable()).isEqualTo(308);
    }

    @Test
    void selfInstructsTasksHaveOneInstanceEach() {
        view("sft/self-instruct-seed-tasks.jsonl.gz");
        DataReport report = report(
                TrainingStage.SFT,
                RowSettings.DEFAULT,
                Map.of(),
                "select id, instruction, inline(instances) from rows");
        assertThat(report.read()).isEqualTo(175);
        assertThat(report.kept()).isEqualTo(175);
    }

    private static String file(String name) {
        Path file = Path.of(System.getProperty("trimtab.shared", "missing"), "data", name);
        assumeTrue(Files.exists(file), "shared data is absent: " + file);
        return file.toString();
    }

    private static void view(String file) {
        String path = file(file);
        session.read().option("multiLine", path.endsWith(".json.gz")).json(path).createOrReplaceTempView("rows");
    }

    private static void view(String name, String query) {
        session.sql(query).createOrReplaceTempView(name);
    }

    /** What becomes of the query's rows; nothing is lost, whatever the shape. */
    private static DataReport report(TrainingStage stage, RowSettings rows, Map<String, String> columns, String query) {
        String table = folder.resolve("table-" + Integer.toHexString(query.hashCode()) + "-" + stage)
                .toString();
        session.sql(query).write().parquet(table);
        HadoopSettings hadoop = new HadoopSettings(new Configuration());
        DataSource source = new DataSource(DataFormat.PARQUET, table, null, null, Map.of(), columns, rows);
        TextSettings text = new TextSettings(TOKENS, OverLength.DROP, true, TEMPLATE);
        String tokenizer = Path.of(file("models/stories260k")).toString();
        PreparationRequest request = new PreparationRequest(source, "data.train", stage, text, tokenizer, 1);
        List<PlacedOutcome> outcomes = RowPreparation.outcomes(
                        request,
                        Table.open(session, hadoop, source, "data.train"),
                        new LocalFolders.Settings(hadoop, null),
                        TOKENS)
                .collect();
        DataTally tally = new DataTally();
        outcomes.forEach(outcome -> outcome.addTo(tally));
        DataReport report = tally.report();
        assertThat(outcomes.stream().map(outcome -> outcome.outcome().id()).distinct())
                .hasSize(outcomes.size());
        assertThat(report.kept() + report.rejectedRows() + report.scores().rows() + report.overLength())
                .isEqualTo(report.made());
        return report;
    }
}
