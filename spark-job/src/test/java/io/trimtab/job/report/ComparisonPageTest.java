package io.trimtab.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ComparisonPageTest {
    @Test
    void laysTheRunsOverEachOther() throws Exception {
        String html = ComparisonPage.html(new ComparisonPage.Content(
                "Three runs",
                List.of("What one sees."),
                List.of(entry("adamw", 2.2, 0.6), entry("adamw-tuned", 2.7, 0.74), entry("on-ties", 2.8, 0.77)),
                "reward",
                "ability"));
        Document page = RunPageTest.parse(html);
        assertThat(RunPageTest.texts(page, "th"))
                .contains(
                        "base",
                        "sft",
                        "adamwhow adamw was set",
                        "adamw-tunedhow adamw-tuned was set",
                        "on-tieshow on-ties was set");
        assertThat(RunPageTest.texts(page, "td")).contains("1.250", "2.200+0.950", "0.600-0.290", "0.770-0.120");
        assertThat(page.getElementsByTagName("circle").getLength()).isEqualTo(4);
        assertThat(RunPageTest.texts(page, "figcaption"))
                .anyMatch(caption ->
                        caption.startsWith("Rewards: chosen") && caption.endsWith("adamwadamw-tunedon-ties"));
    }

    private static ComparisonPage.Entry entry(String name, double reward, double ability) throws Exception {
        String evaluation =
                "{\"models\":{\"base\":{},\"sft\":{\"reward\":{\"value\":1.25,\"n\":300},\"ability\":{\"value\":0.89,\"n\":3}},"
                        + "\"policy\":{\"reward\":{\"value\":" + reward + ",\"n\":300},\"ability\":{\"value\":"
                        + ability + ",\"n\":3}}}}";
        Map<String, String> files = Map.of("metrics.jsonl", RunPageTest.steps(80), "evaluation.json", evaluation);
        RunRecord run = RunRecord.read(
                name,
                file -> Optional.ofNullable(files.get(file)).map(content -> content.getBytes(StandardCharsets.UTF_8)));
        return new ComparisonPage.Entry(run, "how " + name + " was set", name + "/report.html");
    }
}
