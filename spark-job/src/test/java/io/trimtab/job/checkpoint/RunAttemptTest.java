package io.trimtab.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.Identity;
import io.trimtab.job.config.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunAttemptTest {
    private static final Identity IDENTITY = new Identity(Map.of("optimizer.learning-rate", "0.000001"));
    private static final Ownership.Times QUICK = new Ownership.Times(
            Duration.ofMillis(1500), Duration.ofMillis(800), Duration.ofMillis(50), Duration.ofMillis(20));

    /** For tests that write another owner's file: the heartbeat must not come between. */
    private static final Ownership.Times WITHOUT_HEARTBEAT =
            new Ownership.Times(QUICK.patience(), QUICK.stale(), Duration.ofHours(1), QUICK.settle());

    @TempDir
    private Path folder;

    private RunDirectory directory;

    @BeforeEach
    void nameDirectory() {
        directory = RunDirectory.of(
                folder.resolve("run").toString(), folder.resolve("run/tables").toString(), new Configuration(false));
    }

    @Test
    void resultIsWrittenWithNameAndNumberOfTheCommand() throws IOException {
        try (RunAttempt attempt = begin("nightly-7")) {
            attempt.finish(RunResult.done(Map.of("model", "run/model")));
        }

        JsonNode result = json("result.json");
        assertThat(result.toString())
                .isEqualTo(
                        "{\"run_id\":\"nightly-7\",\"attempt\":1,\"status\":\"done\",\"exit_code\":0,\"reason\":\"\","
                                + "\"retryable\":false,\"outputs\":{\"model\":\"run/model\"}}");
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsRefusedAndLeftAsItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("run"), "rows");

        assertThatThrownBy(() -> begin("nightly-7"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("it is a file; set trimtab.run-directory");
        assertThat(file).hasContent("rows");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsRefusedWithItsReason() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "rows");
        RunDirectory below = RunDirectory.of(
                file.resolve("run").toString(), file.resolve("tables").toString(), new Configuration(false));

        assertThatThrownBy(() -> RunAttempt.begin(below, "nightly-7", new Identity(Map.of()), ""))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot work in " + file.resolve("run") + ": ")
                .hasMessageContaining("set trimtab.run-directory to a folder that can be written");
    }

    @Test
    void everyExitHasItsStatus() throws IOException {
        Map<ExitCode, String> expected = Map.of(
                ExitCode.BUG, "failed 1 false",
                ExitCode.REFUSED, "refused 2 false",
                ExitCode.CLUSTER, "failed 3 true",
                ExitCode.DIVERGED, "diverged 4 false",
                ExitCode.CANCELLED, "cancelled 130 true");
        for (Map.Entry<ExitCode, String> entry : expected.entrySet()) {
            try (RunAttempt attempt = begin("x")) {
                attempt.finish(RunResult.of(entry.getKey(), "because"));
            }
            JsonNode result = json("result.json");
            assertThat(result.path("status").asText() + " " + result.path("exit_code") + " " + result.path("retryable"))
                    .isEqualTo(entry.getValue());
            assertThat(result.path("reason").asText()).isEqualTo("because");
        }
    }

    @Test
    void attemptsAreCountedAlsoAfterAKill() {
        begin("first").close();
        // Never closed, as if killed; but this process lives on, so another one becomes its owner.
        RunAttempt.begin(directory, "second", IDENTITY, "conf", WITHOUT_HEARTBEAT);
        writeOwner("dead", deadPid(), Owner.here(Instant.now()).machine());

        try (RunAttempt third = begin("third")) {
            assertThat(third.attempt()).isEqualTo(3);
        }
    }

    @Test
    void resultOfTheCommandBeforeIsGoneWhileThisOneWorks() {
        try (RunAttempt attempt = begin("first")) {
            attempt.finish(RunResult.done(Map.of()));
        }

        try (RunAttempt attempt = begin("second")) {
            assertThat(folder.resolve("run/result.json")).doesNotExist();
            assertThat(attempt.attempt()).isEqualTo(2);
            assertThat(folder.resolve("run/run.conf")).hasContent("conf of second");
        }
        assertThat(folder.resolve("run/owner.json")).as("given back").doesNotExist();
    }

    @Test
    void anotherIdentityIsRefusedAndNothingIsTouched() throws IOException {
        try (RunAttempt attempt = begin("first")) {
            attempt.finish(RunResult.done(Map.of()));
        }
        Map<String, String> before = contents();
        Identity other = new Identity(Map.of("optimizer.learning-rate", "0.001"));

        assertThatThrownBy(() -> RunAttempt.begin(directory, "second", other, "conf", QUICK))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the first difference is optimizer.learning-rate (there 0.000001, here 0.001)")
                .hasMessageContaining("set another trimtab.run-directory");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void identityBindsOnceThereAreResults() throws IOException {
        Identity other = new Identity(Map.of("optimizer.learning-rate", "0.001"));
        try (RunAttempt attempt = begin("refused for its data")) {
            attempt.finish(RunResult.of(ExitCode.REFUSED, "no such file"));
        }

        try (RunAttempt corrected = RunAttempt.begin(directory, "corrected", other, "conf", QUICK)) {
            assertThat(corrected.attempt()).isEqualTo(2);
            Files.createDirectory(folder.resolve("run/checkpoints"));
        }
        assertThatThrownBy(() -> begin("third")).isInstanceOf(RefusedException.class);
    }

    @Test
    void anotherInputIsRefusedOnceThereAreResults() throws IOException {
        try (RunAttempt attempt = begin("first")) {
            attempt.requireInput("table", "aaaa");
            attempt.requireInput("table", "bbbb");
            Files.createDirectory(folder.resolve("run/checkpoints"));
        }

        try (RunAttempt attempt = begin("second")) {
            attempt.requireInput("table", "bbbb");
            assertThatThrownBy(() -> attempt.requireInput("table", "cccc"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining(
                            "the first difference is input.table (there bbbb, here cccc); restore the files,");
        }
    }

    @Test
    void livingOwnerOnThisMachineIsWaitedForAndThenRefused() throws IOException {
        try (RunAttempt first = begin("first")) {
            Map<String, String> before = contents(); // but for owner.json: its heartbeat goes on

            assertThatThrownBy(() -> begin("second"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("another command does (process "
                            + ProcessHandle.current().pid() + " on ")
                    .hasMessageContaining("set another trimtab.run-directory");
            assertThat(contents()).isEqualTo(before);
            first.requireOwned();
        }
    }

    @Test
    void ownerThatEndsWhileItIsWaitedForIsFollowed() throws InterruptedException {
        RunAttempt first = begin("first");
        Thread end = new Thread(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            first.close();
        });
        end.start();

        try (RunAttempt second = begin("second")) {
            assertThat(second.attempt()).isEqualTo(2);
        }
        end.join();
    }

    @Test
    void deadOwnerOnThisMachineIsFollowedAtOnce() {
        writeOwner("dead", deadPid(), Owner.here(Instant.now()).machine());
        long start = System.nanoTime();

        begin("second").close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(QUICK.stale());
    }

    @Test
    void laterProcessWithTheSameIdIsNotTheOwner() {
        Owner here = Owner.here(Instant.now());
        Owner earlier = new Owner("t", here.machine(), here.pid(), here.startedAt() - 60_000, here.heartbeat());

        assertThat(here.isAlive()).isTrue();
        assertThat(earlier.isAlive()).isFalse();
    }

    @Test
    void silentOwnerOnAnotherMachineIsFollowedOnceItsHeartbeatStandsStill() {
        writeOwner("far", 1, "elsewhere");
        long start = System.nanoTime();

        begin("second").close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(QUICK.stale());
    }

    @Test
    void ownershipThatCannotBeTakenIsRefusedAfterTheSamePatience() throws IOException {
        Files.createDirectories(folder.resolve("run/owner.json"));

        assertThatThrownBy(() -> begin("second"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("another command does (an owner.json that cannot be read)");
    }

    @Test
    void ownerWhoseDirectoryWasTakenMayNotGoOn() {
        try (RunAttempt first = RunAttempt.begin(directory, "first", IDENTITY, "conf", WITHOUT_HEARTBEAT)) {
            writeOwner("thief", 1, "elsewhere");

            assertThatThrownBy(first::requireOwned)
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("another command took it over");
            assertThatThrownBy(() -> first.finish(RunResult.done(Map.of()))).isInstanceOf(ClusterException.class);
            assertThat(folder.resolve("run/result.json")).doesNotExist();
        }
        assertThat(folder.resolve("run/owner.json"))
                .as("is the thief's, and stays")
                .exists();
    }

    @Test
    void tokensDiffer() {
        String first;
        try (RunAttempt attempt = begin("first")) {
            first = attempt.token();
        }
        try (RunAttempt attempt = begin("second")) {
            assertThat(attempt.token()).isNotEqualTo(first).matches("[A-Za-z0-9-]+");
        }
    }

    private RunAttempt begin(String runId) {
        return RunAttempt.begin(directory, runId, IDENTITY, "conf of " + runId, QUICK);
    }

    private void writeOwner(String token, long pid, String machine) {
        directory
                .storage()
                .replace(directory.owner(), new Owner(token, machine, pid, 0, Instant.EPOCH.toString()).toJson());
    }

    private static long deadPid() {
        try {
            Process process = new ProcessBuilder("true").start();
            process.waitFor();
            return process.pid();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode json(String name) throws IOException {
        return Json.MAPPER.readTree(folder.resolve("run").resolve(name).toFile());
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new java.util.TreeMap<>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("owner.json"))
                    .toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return contents;
    }
}
