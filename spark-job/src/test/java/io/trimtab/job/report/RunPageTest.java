package io.trimtab.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class RunPageTest {
    @TempDir
    Path directory;

    @Test
    void showsEvaluationCurvesPhasesDataAndSettings() throws Exception {
        write("metrics.jsonl", steps(80));
        write("result.json", "{\"run_id\":\"r1\",\"attempt\":2,\"status\":\"done\",\"exit_code\":0}");
        write("evaluation.json", """
                {"models":{"sft":{"strict":{"value":0.9,"n":700}},"policy":{"strict":{"value":0.75,"n":700}}}}""");
        write("data-report.json", "{\"read\":1600,\"kept\":1590,\"rejected\":{\"chosen-is-rejected\":10}}");
        write("run.conf", "trimtab.loss.beta = 0.1 # default");
        Document page = page();
        assertThat(texts(page, "p")).contains("Status: done, attempt 2");
        assertThat(texts(page, "td")).contains("0.900", "0.750-0.150", "10");
        assertThat(texts(page, "th")).contains("rejected.chosen-is-rejected");
        assertThat(texts(page, "h2"))
                .containsExactly("Evaluation", "Curves", "Where the time went", "Data", "Settings");
        assertThat(texts(page, "figcaption")).hasSize(6).anyMatch(t -> t.startsWith("Loss"));
        assertThat(texts(page, "pre")).containsExactly("trimtab.loss.beta = 0.1 # default");
    }

    @Test
    void figuresOfHeldOutRowsAreCurvesAndTheirNumberIsNot() throws Exception {
        write(
                "metrics.jsonl",
                "{\"step\":1,\"loss\":0.5,\"eval_loss\":0.5,\"eval_rewards/margins\":0.1,\"eval_examples\":9,\"eval_tokens\":99}\n");

        assertThat(texts(page(), "figcaption"))
                .containsExactly(
                        "Loss loss", "Evaluation: loss eval_loss", "Evaluation: rewards/margins eval_rewards/margins");
    }

    @Test
    void theDataDoctorsFindingsAreDrawnAndSaid() throws Exception {
        write("data-report.json", """
                {"read":10,"made":11,"kept":8,"over_length":1,"tied":1,"rejected":{"not-utf8":1},"tokens":300,
                 "shape":[{"shape":"scores","of":"strings","columns":["prompt","completions"],"rows":9}],
                 "lengths":{"prompt":{"n":8,"buckets":[[0,1],[5,7]]},
                            "chosen":{"n":8,"buckets":[[16,4],[17,4]]},"rejected":{"n":8,"buckets":[[900,8]]},
                            "total":{"n":16,"buckets":[[21,16]]}},
                 "padding":[{"rows_per_batch":1,"tokens":350,"share":0.1429},{"rows_per_batch":8,"tokens":400,"share":0.25}],
                 "advice":["4 rows <b>contradict</b> each other"]}""");
        Document page = page();
        assertThat(texts(page, "li")).containsExactly("4 rows <b>contradict</b> each other");
        assertThat(texts(page, "figcaption"))
                .containsExactly(
                        "Tokens of a promptprompt",
                        "Tokens of a completionchosenrejected",
                        "Tokens of prompt and completiontotal");
        assertThat(texts(page, "span"))
                .contains(
                        "kept 8, 72.7 %",
                        "tied 1, 9.1 %", "not-utf8 1, 9.1 %", "useful tokens 300, 75.0 %", "padding 100, 25.0 %");
        assertThat(texts(page, "p")).contains("Shape scores of strings, columns prompt, completions: 9 rows");
        assertThat(texts(page, "p")).contains("Padded batches of 8 rows would compute:");
        // Four columns to a doubling: 16 and 17 share one, and 900 lies below the mark of 1024.
        assertThat(texts(page, "text")).contains("16", "512").doesNotContain("2048");
    }

    @Test
    void neverLoadsOrRunsAnything() throws Exception {
        write("metrics.jsonl", steps(80));
        String html = RunPage.html(RunRecord.read("x", RunFiles.in(directory)));
        assertThat(html).doesNotContain("<script", "http://", "https://", "@import", "url(", "<link", "<img");
    }

    @Test
    void aNameAndSettingsThatLookLikeHtmlStayText() throws Exception {
        write("run.conf", "a = \"</pre><script>alert('x')</script>\"");
        Document page = parse(RunPage.html(RunRecord.read("<b>&\"", RunFiles.in(directory))));
        assertThat(texts(page, "h1")).containsExactly("Trimtab run: <b>&\"");
        assertThat(texts(page, "pre")).containsExactly("a = \"</pre><script>alert('x')</script>\"");
        assertThat(texts(page, "script")).isEmpty();
    }

    @Test
    void anEmptyRunDirectoryStillHasAPage() throws Exception {
        assertThat(texts(page(), "p")).containsExactly("No result yet: the run goes on, or its driver was lost.");
    }

    @Test
    void theHalfLineOfAKilledDriverIsPassedOver() throws Exception {
        write("metrics.jsonl", steps(3) + "{\"step\":4,\"lo");
        assertThat(texts(page(), "dd")).startsWith("3");
    }

    @Test
    void aBrokenLineInsideTheMetricsIsNamed() throws IOException {
        write("metrics.jsonl", "{\"step\":1,\"loss\":1}\nnonsense\n{\"step\":3,\"loss\":1}\n");
        assertThatThrownBy(this::page).hasMessage("Cannot read metrics.jsonl: line 2 is not JSON");
    }

    @Test
    void everyPointOfACurveLiesInsideItsDrawing() throws Exception {
        write("metrics.jsonl", steps(2000));
        Document page = page();
        List<String> paths = new ArrayList<>();
        NodeList nodes = page.getElementsByTagName("path");
        for (int i = 0; i < nodes.getLength(); i++) {
            paths.add(((Element) nodes.item(i)).getAttribute("d"));
        }
        assertThat(paths).hasSizeGreaterThan(10);
        for (String path : paths) {
            for (String point : path.substring(1).split("[ML]", -1)) {
                String[] xy = point.split(" ", -1);
                assertThat(Double.parseDouble(xy[0])).isBetween(0.0, 440.0);
                assertThat(Double.parseDouble(xy[1])).isBetween(0.0, 220.0);
            }
        }
    }

    private Document page() throws Exception {
        return parse(RunPage.html(RunRecord.read("run", RunFiles.in(directory))));
    }

    /** The page is well-formed XML too, which makes any unescaped text an error here. */
    static Document parse(String html) throws IOException, SAXException, ParserConfigurationException {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    }

    static List<String> texts(Document page, String tag) {
        NodeList nodes = page.getElementsByTagName(tag);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> nodes.item(i).getTextContent())
                .toList();
    }

    private void write(String name, String content) throws IOException {
        Files.write(directory.resolve(name), content.getBytes(StandardCharsets.UTF_8));
    }

    /** A curve with a trend and a ripple, as training gives it. */
    static String steps(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(step -> String.format(
                        Locale.ROOT,
                        "{\"step\":%d,\"loss\":%.5f,\"grad_norm\":%.4f,\"learning_rate\":%.3e,\"rewards/chosen\":%.4f,\"rewards/rejected\":%.4f,"
                                + "\"rewards/accuracies\":%.3f,\"rewards/margins\":%.4f,\"examples\":16,\"tokens\":%d,\"seconds\":0.04,"
                                + "\"seconds/forward\":0.02,\"seconds/backward\":0.015,\"seconds/reduce\":0.005}\n",
                        step,
                        0.69 * Math.exp(-step / 60.0) + 0.05 * Math.sin(step),
                        3 + Math.sin(step * 1.7),
                        1e-4 * Math.min(1, step / 10.0),
                        step * 0.01,
                        -step * 0.02,
                        0.5 + 0.4 * step / count,
                        step * 0.03 + 0.1 * Math.cos(step),
                        500 + step % 7))
                .collect(Collectors.joining());
    }
}
