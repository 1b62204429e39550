package io.trimtab.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Starts the distribution's command in a folder, the way a user or a scheduler does. */
final class Trimtab {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofMinutes(9);

    private final Path folder;

    Trimtab(Path folder) {
        this.folder = folder;
    }

    /** A command that has ended. */
    record Outcome(int exitCode, String output) {
        Outcome requireDone() {
            assertThat(exitCode).as(output).isZero();
            return this;
        }
    }

    Outcome run(String... arguments) {
        Running running = start(arguments);
        return running.await(LIMIT);
    }

    /** The same with one more variable in the environment. */
    Outcome runWith(String variable, String value, String... arguments) {
        return start(command(arguments), folder, Map.of(variable, value)).await(LIMIT);
    }

    /** On a disk that takes no file of more than so many KiB. */
    Outcome runOnFullDisk(int kib, String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -f " + kib + "; exec \"$0\" \"$@\""));
        command.addAll(command(arguments));
        return start(command, folder, Map.of()).await(LIMIT);
    }

    Running start(String... arguments) {
        return start(command(arguments), folder, Map.of());
    }

    /** What another program prints; it must end with 0. */
    static String outputOf(List<String> command, Path folder, Map<String, String> environment) {
        return start(command, folder, environment).await(LIMIT).requireDone().output();
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(
                Path.of(System.getProperty("trimtab.dist"), "bin", "trimtab").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private static Running start(List<String> command, Path folder, Map<String, String> environment) {
        try {
            Path output = Files.createTempFile(folder, "output-", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().remove("SPARK_HOME");
            builder.environment().putAll(environment);
            return new Running(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A command at work. */
    record Running(Process process, Path outputFile) {
        Outcome await(Duration limit) {
            try {
                boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
                if (!ended) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                }
                assertThat(ended).as("ended within %s: %s", limit, output()).isTrue();
                return new Outcome(process.exitValue(), output());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        String output() {
            try {
                return Files.readString(outputFile, UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The executors' JVMs, children of the driver's. */
        List<ProcessHandle> executors() {
            return process.descendants()
                    .filter(child -> child.info()
                            .commandLine()
                            .filter(line -> line.contains("CoarseGrainedExecutorBackend"))
                            .isPresent())
                    .toList();
        }

        /** Polls until the condition holds; fails when the command ends or the deadline passes before it does. */
        void until(String what, BooleanSupplier condition, Duration limit) {
            long deadline = System.nanoTime() + limit.toNanos();
            while (!condition.getAsBoolean()) {
                assertThat(process.isAlive())
                        .as("still running while waiting for %s: %s", what, output())
                        .isTrue();
                assertThat(System.nanoTime())
                        .as("deadline for %s: %s", what, output())
                        .isLessThan(deadline);
                try {
                    process.waitFor(20, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    Path resolve(String path) {
        return folder.resolve(path);
    }

    void write(String path, String text) {
        try {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode json(String path) {
        try {
            return JSON.readTree(folder.resolve(path).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of a run's metrics.jsonl that are complete by now. */
    List<JsonNode> metrics(String runDirectory) {
        Path file = folder.resolve(runDirectory).resolve("metrics.jsonl");
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            List<JsonNode> lines = new ArrayList<>();
            String text = Files.readString(file, UTF_8);
            for (String line :
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] weights(String runDirectory) {
        try {
            return Files.readAllBytes(folder.resolve(runDirectory).resolve("model/model.safetensors"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
