package io.trimtab.merge.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Ranks that are processes, killed and stopped from outside in the middle of an operation. */
@DisabledOnOs(OS.WINDOWS)
class RingProcessTest {

    private static final int RANKS = 4;
    private static final int VICTIM = 1;

    private final List<Process> ranks = new ArrayList<>();
    private final List<BufferedReader> answers = new ArrayList<>();

    @AfterEach
    void end() {
        ranks.forEach(Process::destroyForcibly);
    }

    @Test
    void everyRankNamesTheKilledOneWithinASecond() throws Exception {
        start(Duration.ofSeconds(60));
        ranks.get(VICTIM).destroyForcibly();
        assertThat(secondsUntilAllNameTheVictim()).isLessThan(1.0);
        assertThat(leftInSharedMemory()).isEmpty();
    }

    /** The survivors compare clocks four times per idle timeout, and have it from a neighbour at the latest then. */
    @Test
    void everyRankNamesTheStoppedOneWithinTheIdleTimeout() throws Exception {
        start(Duration.ofSeconds(2));
        assertThat(new ProcessBuilder(
                                "kill", "-STOP", Long.toString(ranks.get(VICTIM).pid()))
                        .start()
                        .waitFor())
                .isZero();
        assertThat(secondsUntilAllNameTheVictim()).isBetween(1.0, 2.0 + 1.0);
    }

    private void start(Duration idleTimeout) throws Exception {
        List<String> ports = new ArrayList<>();
        for (int rank = 0; rank < RANKS; rank++) {
            try (ServerSocketChannel reserved = Rings.listen()) {
                ports.add(Integer.toString(Rings.address(reserved).getPort()));
            }
        }
        for (int rank = 0; rank < RANKS; rank++) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RingMember.class.getName(),
                    Integer.toString(rank),
                    Long.toString(idleTimeout.toMillis())));
            command.addAll(ports);
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            ranks.add(process);
            answers.add(new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        }
        for (BufferedReader answer : answers) {
            assertThat(answer.readLine()).isEqualTo("joined");
        }
        TimeUnit.MILLISECONDS.sleep(200); // into the operations
    }

    private double secondsUntilAllNameTheVictim() throws Exception {
        long start = System.nanoTime();
        for (int rank = 0; rank < RANKS; rank++) {
            BufferedReader answer = answers.get(rank);
            if (rank != VICTIM) {
                assertThat(CompletableFuture.supplyAsync(() -> line(answer)).get(20, TimeUnit.SECONDS))
                        .isEqualTo("lost rank " + VICTIM + " on host "
                                + InetAddress.getLoopbackAddress().getHostName());
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static String line(BufferedReader answer) {
        try {
            return String.valueOf(answer.readLine());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static List<Path> leftInSharedMemory() throws IOException {
        Path folder = Path.of("/dev/shm");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("trimtab-ring-"))
                    .filter(file -> Files.isRegularFile(file) && isOld(file))
                    .toList();
        }
    }

    /** Others may be joining a ring at this moment. */
    private static boolean isOld(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis() < System.currentTimeMillis() - 200;
        } catch (IOException e) {
            return false;
        }
    }
}
