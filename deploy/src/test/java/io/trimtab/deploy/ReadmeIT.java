package io.trimtab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.deploy.Trimtab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's words are commands that work: its configuration loads, every command it names exists, and its cluster lines are accepted by
 * Spark's own argument parser. {@link QuickstartIT} runs the quickstart, {@link MergeIT} its merge; {@code mvn verify} is what runs these tests.
 */
class ReadmeIT {
    @TempDir
    static Path folder;

    private static final Readme README = Readme.read();
    private static Trimtab trimtab;

    @BeforeAll
    static void writeConfiguration() {
        trimtab = new Trimtab(folder);
        trimtab.write("dpo.conf", README.file("dpo.conf"));
    }

    @Test
    void configurationOfOwnDataLoadsWithoutAWarning() {
        Outcome outcome = trimtab.run("config", "dpo.conf").requireDone();
        assertThat(outcome.output()).contains("trimtab.merge.rule = on-ties").doesNotContainIgnoringCase("ignored");
    }

    @Test
    void everyCommandOfTheTableExists() {
        List<String> commands = Pattern.compile("`trimtab ([a-z]+)[^`]*`")
                .matcher(README.text())
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
        assertThat(commands).hasSizeGreaterThan(8);
        String help = trimtab.run("--help").requireDone().output();
        assertThat(commands).allSatisfy(command -> assertThat(help).contains("  " + command + " "));
    }

    @Test
    void localCommandsAreThoseThatTestsRun() {
        List<String> local = README.blocks("bash").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("deploy/bin/trimtab ") || line.startsWith("mvn "))
                .map(line -> line.replaceFirst(" +#.*", ""))
                .toList();
        assertThat(local)
                .containsExactly(
                        "deploy/bin/trimtab quickstart",
                        "mvn verify",
                        "deploy/bin/trimtab run dpo.conf",
                        "deploy/bin/trimtab merge front.conf --output merged/front");
    }

    @Test
    void masterOptionHandsTheCommandToSparkSubmit() throws IOException {
        Path submit = folder.resolve("spark/bin/spark-submit");
        Files.createDirectories(submit.getParent());
        Files.writeString(submit, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
        String line = commandWith("--master spark://");
        String[] arguments = line.substring(line.indexOf("--master")).split(" +");

        List<String> words = trimtab.runWith(
                        "SPARK_HOME", folder.resolve("spark").toString(), arguments)
                .requireDone()
                .output()
                .lines()
                .toList();

        assertThat(words).startsWith("--master", "spark://head:7077", "--class", "io.trimtab.job.cli.Main");
        assertThat(words).endsWith("run", "dpo.conf", "--set", "cluster.ranks=8");
        requireSparkAccepts(words);
    }

    @Test
    void submitLinesAreAcceptedBySparkAndTheirConfigurationByUs() {
        List<String> lines = commandsWith("spark-submit --master").toList();
        assertThat(lines).hasSize(2);
        for (String line : lines) {
            List<String> words = Arrays.asList(line.split(" +"));
            requireSparkAccepts(words.subList(1, words.size()));

            List<String> ours = new ArrayList<>(words.subList(words.indexOf("trimtab.jar") + 1, words.size()));
            assertThat(ours.get(0)).isEqualTo("run");
            ours.set(0, "config");
            assertThat(trimtab.run(ours.toArray(String[]::new)).requireDone().output())
                    .contains("cluster.ranks = 8");
        }
    }

    /** Spark's launcher parses the arguments and prints the command it would run; an unknown option is an error. */
    private static void requireSparkAccepts(List<String> arguments) {
        Path spark = Path.of(System.getProperty("trimtab.dist"), "spark");
        List<String> command = new ArrayList<>(List.of(
                "java",
                "-cp",
                spark.resolve("jars") + "/*",
                "org.apache.spark.launcher.Main",
                "org.apache.spark.deploy.SparkSubmit"));
        command.addAll(arguments);
        assertThat(Trimtab.outputOf(
                        command, folder, Map.of("SPARK_HOME", spark.toString(), "SPARK_SCALA_VERSION", "2.13")))
                .contains("org.apache.spark.deploy.SparkSubmit")
                .doesNotContain("Error:");
    }

    private static String commandWith(String part) {
        return commandsWith(part).findFirst().orElseThrow(() -> new AssertionError("README has no line with " + part));
    }

    private static Stream<String> commandsWith(String part) {
        return README.blocks("bash").stream()
                .map(block -> block.replace("\\\n", " "))
                .flatMap(String::lines)
                .filter(line -> line.contains(part))
                .map(String::strip);
    }
}
