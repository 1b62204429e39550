package io.trimtab.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
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
class SourceKeysTest {
    @TempDir
    private Path folder;

    @Test
    void optionsReachTheSource() throws IOException {
        assertThat(source("format = csv, path = \"pairs.csv\", options { delimiter = \";\", header = false }"))
                .isEqualTo(new DataSource(
                        DataFormat.CSV,
                        "pairs.csv",
                        null,
                        null,
                        Map.of("delimiter", ";", "header", "false"),
                        Map.of()));
        assertThat(
                        source(
                                "format = iceberg, table = lake.pairs, query = \"SELECT * FROM rows\", options { versionAsOf = audit }"))
                .isEqualTo(new DataSource(
                        DataFormat.ICEBERG,
                        null,
                        "lake.pairs",
                        "SELECT * FROM rows",
                        Map.of("versionAsOf", "audit"),
                        Map.of()));
        assertThat(source("format = sql, query = \"-- all\\n(select 1)\"").name())
                .isEqualTo("the query");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "format = csv, path = p, options { delimeter = x } | options: has 'delimeter', did you mean 'delimiter'?; format = csv knows delimiter, quote, escape, header",
                "format = csv, path = p, options { delimiter = ab } | options: delimiter must be one ASCII character, and no line break",
                "format = csv, path = p, options { a { b = c } } | options: gives 'a' no single value",
                "format = json, path = p, options { header = true } | options: has 'header'; format = json has no options",
                "format = json, path = p, table = t | table = t: does not go with format = json, which takes path",
                "format = table, table = t, path = p | path = p: does not go with format = table, which takes table",
                "format = sql, query = \"SELECT 1\", path = p | path = p: does not go with format = sql, which takes query",
                "format = delta, table = t, path = p | table = t: cannot stand beside data.train.path; remove one of them",
                "format = delta, path = p, options { versionAsof = 3 } | options: has 'versionAsof', did you mean 'versionAsOf'?; format = delta knows versionAsOf, timestampAsOf",
                "format = sql, query = \"DROP TABLE t\" | query = DROP TABLE t: must be a query: begin with SELECT, WITH, VALUES or TABLE",
                "format = csv, path = p, options = x | options = x: must be a group, as { delimiter = \";\" }",
            })
    void keysThatDoNotBelongTogetherAreRefused(String train, String problem) throws IOException {
        assertThat(problems(train)).containsExactly(file() + ": 3: trimtab.data.train." + problem);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "format = table  | table: is not set; it names the table, as data.train.table = \"lake.preferences.pairs\"",
                "format = iceberg | path: is not set; it names the folder of the table; or set data.train.table to its name in a catalog",
                "format = parquet, query = \"SELECT 1\" | path: is not set; it names the training table, as data.train.path = \"pairs.jsonl\"",
            })
    void whatIsMissingIsNamed(String train, String problem) throws IOException {
        assertThat(problems(train)).containsExactly("trimtab.data.train." + problem);
    }

    @Test
    void anOrderAsGivenNeedsRowsWithPlaces() throws IOException {
        assertThat(problems("format = table, table = t }\ndata { order = as-given"))
                .singleElement()
                .asString()
                .startsWith(file() + ": 4: trimtab.data.order = as-given: needs files, whose rows have places;");
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
