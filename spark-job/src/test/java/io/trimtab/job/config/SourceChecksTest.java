package io.trimtab.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trimtab.data.DataFormat;
import io.trimtab.data.DataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which keys of a table go together; each mistake is told with its line. */
class SourceChecksTest {
    @TempDir
    private Path folder;

    @Test
    void optionsReachTheSource() throws IOException {
        assertThat(source("format = csv, path = \"pairs.csv\", options { delimiter = \";\", header = false }"))
                .isEqualTo(new DataSource(
                        DataFormat.CSV, "pairs.csv", Map.of("delimiter", ";", "header", "false"), Map.of()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "format = csv, path = p, options { delimeter = x } | options: has 'delimeter', did you mean 'delimiter'?; format = csv knows delimiter, quote, escape, header",
                "format = csv, path = p, options { delimiter = ab } | options: delimiter must be one ASCII character, and no line break",
                "format = csv, path = p, options { a { b = c } } | options: gives 'a' no single value",
                "format = json, path = p, options { header = true } | options: has 'header'; format = json has no options",
                "format = csv, path = p, options = x | options = x: must be a group, as { delimiter = \";\" }",
            })
    void keysThatDoNotBelongTogetherAreRefused(String train, String problem) throws IOException {
        assertThat(problems(train)).containsExactly(file() + ": 3: trimtab.data.train." + problem);
    }

    private DataSource source(String train) throws IOException {
        return ResolvedConfig.load(List.of(written(train)), List.of())
                .settings()
                .data()
                .train();
    }

    private List<String> problems(String train) throws IOException {
        List<Path> files = List.of(written(train));
        return catchThrowableOfType(ConfigurationException.class, () -> ResolvedConfig.load(files, List.of()))
                .problems();
    }

    private Path written(String train) throws IOException {
        return Files.writeString(
                file(), "trimtab {\nmodel { policy = sft, base = base }\ndata.train { " + train + " }\n}\n");
    }

    private Path file() {
        return folder.resolve("run.conf");
    }
}
