package io.trimtab.job.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The driver that works in a run directory, as {@code owner.json} tells it.
 *
 * @param token unique; ranks and checkpoints carry it
 * @param machine host name, and on Linux its process namespace, because containers share names but not processes
 * @param startedAt start of the process in milliseconds, 0 if unknown; tells a process from a later one with the same id
 */
record Owner(String token, String machine, long pid, long startedAt, String heartbeat) {
    // The start time is computed from clock ticks since boot; a corrected clock moves it a little.
    private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

    /** This process, with a fresh token. */
    static Owner here(Instant now) {
        return new Owner(
                UUID.randomUUID().toString().substring(0, 13),
                machineHere(),
                ProcessHandle.current().pid(),
                startOf(ProcessHandle.current()),
                now.toString());
    }

    static Optional<Owner> parse(byte[] content) {
        return Json.object(content).map(Owner::of);
    }

    byte[] toJson() {
        return Json.bytes(Json.object()
                .put("token", token)
                .put("machine", machine)
                .put("pid", pid)
                .put("started_at", startedAt)
                .put("heartbeat", heartbeat));
    }

    Owner beating(Instant now) {
        return new Owner(token, machine, pid, startedAt, now.toString());
    }

    /** Whether the process can be looked up from here at all. */
    boolean isOnThisMachine() {
        return machine.equals(machineHere());
    }

    /** Only meaningful on this machine. */
    boolean isAlive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> sameStart(startOf(process)))
                .isPresent();
    }

    private boolean sameStart(long other) {
        return startedAt == 0 || other == 0 || Math.abs(startedAt - other) <= START_TOLERANCE.toMillis();
    }

    private static Owner of(JsonNode node) {
        return new Owner(
                node.path("token").asText(),
                node.path("machine").asText(),
                node.path("pid").asLong(),
                node.path("started_at").asLong(),
                node.path("heartbeat").asText());
    }

    private static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static String machineHere() {
        return hostName() + processNamespace();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return bootId();
        }
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id"), StandardCharsets.US_ASCII)
                    .strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String processNamespace() {
        try {
            return " " + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
