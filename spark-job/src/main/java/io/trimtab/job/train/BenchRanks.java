package io.trimtab.job.train;

import io.trimtab.job.config.ClusterException;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.RingCollective;
import io.trimtab.merge.allreduce.RingSettings;
import io.trimtab.merge.allreduce.Solo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The ranks of a bench as processes of this machine, joined by the ring that training uses. This process is rank 0; the others are started
 * with its own class path and arguments. Each of them prints its port and reads everybody's, one line each.
 */
public final class BenchRanks implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final byte[] TOKEN = "trimtab bench".getBytes(StandardCharsets.US_ASCII);

    private final List<Process> others;
    private final Collective collective;

    private BenchRanks(List<Process> others, Collective collective) {
        this.others = others;
        this.collective = collective;
    }

    /**
     * Starts the other ranks and joins them.
     *
     * @param main class that reads the arguments
     * @param arguments of this process; the others get {@code --rank} behind them
     */
    public static BenchRanks start(int ranks, Class<?> main, List<String> arguments) {
        if (ranks == 1) {
            return new BenchRanks(List.of(), new Solo());
        }
        List<Process> others = new ArrayList<>();
        try {
            ServerSocketChannel mine = listen();
            List<Integer> ports = new ArrayList<>(List.of(port(mine)));
            for (int rank = 1; rank < ranks; rank++) {
                others.add(process(main, arguments, rank));
            }
            for (Process other : others) {
                String line = other.inputReader(StandardCharsets.US_ASCII).readLine();
                if (line == null) {
                    throw new ClusterException("Cannot bench on " + ranks + " ranks: a rank ended before it listened");
                }
                ports.add(Integer.parseInt(line));
            }
            for (Process other : others) {
                try (OutputStream in = other.getOutputStream()) {
                    in.write((String.join(
                                            " ",
                                            ports.stream().map(String::valueOf).toList()) + "\n")
                            .getBytes(StandardCharsets.US_ASCII));
                }
            }
            return new BenchRanks(others, connect(0, ports, mine));
        } catch (IOException | RuntimeException e) {
            others.forEach(Process::destroy);
            throw e instanceof RuntimeException ours
                    ? ours
                    : new ClusterException("Cannot start " + ranks + " ranks: " + e.getMessage(), e);
        }
    }

    /** Joins as one of the others, through this process's standard streams. */
    public static BenchRanks join(int rank, PrintStream out) {
        try {
            ServerSocketChannel mine = listen();
            out.println(port(mine));
            out.flush();
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)).readLine();
            if (line == null) {
                throw new ClusterException("Cannot join a bench as rank " + rank + ": rank 0 is gone");
            }
            List<Integer> ports =
                    Arrays.stream(line.split(" ")).map(Integer::valueOf).toList();
            return new BenchRanks(List.of(), connect(rank, ports, mine));
        } catch (IOException e) {
            throw new ClusterException("Cannot join a bench as rank " + rank + ": " + e.getMessage(), e);
        }
    }

    public Collective collective() {
        return collective;
    }

    private static ServerSocketChannel listen() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static int port(ServerSocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    private static Collective connect(int rank, List<Integer> ports, ServerSocketChannel mine) {
        List<InetSocketAddress> addresses = ports.stream()
                .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .toList();
        return RingCollective.connect(rank, addresses, mine, TOKEN, new RingSettings(TIMEOUT, TIMEOUT));
    }

    private static Process process(Class<?> main, List<String> arguments, int rank) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        command.add("--rank=" + rank);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Leaves the ring; waits for the other ranks' processes, so that nothing of them runs while a peak is measured. */
    @Override
    public void close() {
        collective.close();
        for (Process other : others) {
            end(other);
        }
    }

    private static void end(Process other) {
        try {
            if (!other.waitFor(1, TimeUnit.MINUTES)) {
                other.destroy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            other.destroy();
        }
    }
}
