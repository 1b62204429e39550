package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.synthetic.WorldFolder;
import io.trimtab.deploy.Trimtab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run on what SQL makes of a CSV file: trained, known again, refused when the file changes, exported when it is gone. */
class SourcesIT {
    @TempDir
    static Path folder;

    @Test
    void aQueryOverCsvIsTrainedOnAndItsTableIsKnownAgain() throws IOException {
        WorldFolder.write(folder.resolve("world"), 0);
        Trimtab trimtab = new Trimtab(folder);
        StringBuilder rows = new StringBuilder("question;answer;rating\n");
        for (int i = 0; i < 40; i++) {
            rows.append("\"<u> tell N%d <a>\"; the A1 N%d B1 . </s>;%d\n".formatted(i % 12, i % 12, 1 + i % 5));
        }
        rows.append("one cell\n");
        trimtab.write("rated.csv", rows.toString());
        trimtab.write("rated.conf", """
                trimtab {
                  run-directory = rated
                  model { initialize = world/model/config.json }
                  data {
                    train {
                      format = csv, path = rated.csv, options { delimiter = ";" }
                      query = "SELECT _row AS id, question AS prompt, answer AS completion FROM rows WHERE rating >= 4"
                    }
                    append-eos = false
                  }
                  training { stage = sft, global-batch-size = 8, max-steps = 2 }
                  merge { rule = none }
                  cluster { ranks = 1 }
                }
                """);
        trimtab.run("run", "rated.conf").requireDone();
        JsonNode report = trimtab.json("rated/data-report.json");
        assertThat(report.get("read").asInt()).isEqualTo(17);
        assertThat(report.get("kept").asInt()).isEqualTo(16);
        assertThat(report.get("rejected_examples").get("field-count").get(0).asText())
                .isEqualTo("rated.csv:42");
        assertThat(trimtab.run("run", "rated.conf").requireDone().output()).contains("done before");

        assertThat(folder.resolve("spark-warehouse")).doesNotExist();

        Files.writeString(
                folder.resolve("rated.csv"), "<u> tell N1 <a>; the A1 N1 B1 . </s>;5\n", StandardOpenOption.APPEND);
        Outcome changed = trimtab.run("run", "rated.conf");
        assertThat(changed.exitCode()).as(changed.output()).isEqualTo(2);
        assertThat(changed.output()).contains("table");

        Files.delete(folder.resolve("rated.csv"));
        assertThat(trimtab.run("export", "rated.conf").requireDone().output())
                .contains("rated.csv is not there any more");
    }
}
