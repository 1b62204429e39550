package io.trimtab.merge.allreduce;

import com.sun.management.OperatingSystemMXBean;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long does the ring take to add and hand back 100 MB of floats between ranks that are processes of one machine, how far is that from a raw
 * copy of the same bytes, and from gloo?
 *
 * <pre>
 * mvn -q -Dquick -pl merge test-compile
 * java -Xmx3g -cp merge/target/classes-unchecked:merge/target/test-classes-unchecked io.trimtab.merge.allreduce.RingBenchmark 100,540 2,4 15 python3
 * </pre>
 *
 * Arguments: megabytes, ranks, repetitions, and a Python that has torch (without it, or where it has none, gloo is left out). The contenders take
 * turns in every repetition; printed are medians of the slowest rank, processor time per rank with all its threads, and speeds as ratios of the medians. An all-reduce is a reduce-scatter and an all-gather:
 * every rank sends and receives 2 (R - 1) / R times the given megabytes. The raw copy sends and receives the same number of bytes on every rank at the
 * same time, from one buffer outside the heap, as long as the model, into another, over the same kind of sockets and with a thread per direction: no
 * addition, no order, no protocol.
 */
public final class RingBenchmark {

    private static final byte[] TOKEN = "benchmark".getBytes(StandardCharsets.US_ASCII);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String GLOO = "gloo";

    /** Until then the compiler is at work; gloo has none. */
    private static final int WARM_UP_MEGABYTES = 2500;

    private RingBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("rank")) {
            rank(Integer.parseInt(arguments[1]), Arrays.copyOfRange(arguments, 2, arguments.length), Optional.empty());
            return;
        }
        for (String megabytes : arguments[0].split(",", -1)) {
            for (String ranks : arguments[1].split(",", -1)) {
                run(megabytes, Integer.parseInt(ranks), arguments[2], arguments.length > 3 ? arguments[3] : "");
            }
        }
    }

    private static void run(String megabytes, int ranks, String repetitions, String python) throws Exception {
        List<String> all = new ArrayList<>(List.of(megabytes, repetitions));
        for (int i = 0; i < 2 * ranks; i++) {
            all.add(Integer.toString(freePort()));
        }
        List<Process> others = new ArrayList<>();
        try (Gloo gloo = Gloo.start(python, ranks, megabytes)) {
            for (int rank = 1; rank < ranks; rank++) {
                others.add(fork(rank, all));
            }
            rank(0, all.toArray(new String[0]), Optional.of(gloo));
        }
        for (Process other : others) {
            other.waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocketChannel reserved = Rings.listen()) {
            return Rings.address(reserved).getPort();
        }
    }

    private static Process fork(int rank, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx3g",
                "-cp",
                System.getProperty("java.class.path"),
                RingBenchmark.class.getName(),
                "rank",
                Integer.toString(rank)));
        command.addAll(arguments);
        return new ProcessBuilder(command).inheritIO().start();
    }

    /** @param arguments megabytes, repetitions, and two ports per rank */
    private static void rank(int rank, String[] arguments, Optional<Gloo> gloo) throws Exception {
        int megabytes = Integer.parseInt(arguments[0]);
        int floats = megabytes * 250_000;
        int warmUp = 1 + WARM_UP_MEGABYTES / megabytes;
        ByteBuffer from = ByteBuffer.allocateDirect(floats * Float.BYTES);
        ByteBuffer to = ByteBuffer.allocateDirect(floats * Float.BYTES);
        int repetitions = Integer.parseInt(arguments[1]);
        int ranks = (arguments.length - 2) / 2;
        String[] ports = Arrays.copyOfRange(arguments, 2, arguments.length);
        try (Collective local = connect(rank, Arrays.copyOfRange(ports, 0, ranks), true);
                Collective tcp = connect(rank, Arrays.copyOfRange(ports, ranks, 2 * ranks), false);
                RawCopy rawLocal = RawCopy.open(local, true, from, to);
                RawCopy rawTcp = RawCopy.open(tcp, false, from, to)) {
            AllReduce allReduce = new AllReduce(floats, rank, ranks);
            long bytes = 2L * (ranks - 1) * floats / ranks * Float.BYTES;
            Map<String, Contender> contenders = new LinkedHashMap<>();
            contenders.put("ring, shared memory", () -> allReduce.run(local));
            contenders.put("raw copy, local sockets", () -> rawLocal.exchange(bytes));
            contenders.put("ring, TCP", () -> allReduce.run(tcp));
            contenders.put("raw copy, TCP", () -> rawTcp.exchange(bytes));
            Map<String, double[]> times = new LinkedHashMap<>();
            contenders.keySet().forEach(name -> times.put(name, new double[repetitions]));
            times.put(GLOO, new double[repetitions]);
            Map<String, Double> processor = new LinkedHashMap<>();
            for (int i = -warmUp; i < repetitions; i++) {
                for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
                    local.sum(new double[1]);
                    double before = processorMilliseconds();
                    double slowest = slowest(local, timed(contender.getValue()));
                    processor.merge(contender.getKey(), i < 0 ? 0 : processorMilliseconds() - before, Double::sum);
                    allReduce.check(contender.getKey().startsWith("ring"));
                    times.computeIfAbsent(contender.getKey(), name -> new double[repetitions])[Math.max(0, i)] =
                            slowest;
                }
                if (gloo.isPresent()) {
                    times.computeIfAbsent(GLOO, name -> new double[repetitions])[Math.max(0, i)] =
                            gloo.get().milliseconds();
                }
                local.sum(new double[1]);
            }
            processor.replaceAll((name, sum) -> local.sum(new double[] {sum})[0] / ranks / repetitions);
            if (gloo.isPresent()) {
                print(arguments[0], ranks, times, processor);
            }
        }
    }

    /** Of this process, all its threads. */
    private static double processorMilliseconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e6;
    }

    private static Collective connect(int rank, String[] ports, boolean sharedMemory) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String port : ports) {
            addresses.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)));
        }
        ServerSocketChannel mine = ServerSocketChannel.open().bind(addresses.get(rank));
        return RingCollective.connect(rank, addresses, mine, TOKEN, new RingSettings(TIMEOUT, TIMEOUT, sharedMemory));
    }

    private static double timed(Contender contender) throws Exception {
        long start = System.nanoTime();
        contender.run();
        return (System.nanoTime() - start) / 1e6;
    }

    private static double slowest(Collective ring, double milliseconds) {
        double[] all = new double[ring.worldSize()];
        all[ring.rank()] = milliseconds;
        return Arrays.stream(ring.sum(all)).max().orElseThrow();
    }

    private static void print(String megabytes, int ranks, Map<String, double[]> times, Map<String, Double> processor) {
        System.out.printf("%s MB, %d ranks%n", megabytes, ranks);
        Map<String, Double> medians = new LinkedHashMap<>();
        times.forEach((name, values) -> medians.put(name, median(values)));
        medians.forEach((name, median) -> {
            StringBuilder line = new StringBuilder("  %-24s %5.0f ms".formatted(name, median));
            if (processor.containsKey(name)) {
                line.append(", processor %4.0f ms per rank".formatted(processor.get(name)));
            }
            if (name.startsWith("ring")) {
                medians.forEach((other, against) -> {
                    if (against > 0 && !other.startsWith("ring")) {
                        line.append(", %.2f x %s".formatted(against / median, other));
                    }
                });
            }
            if (median > 0) {
                System.out.println(line);
            }
        });
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Something all ranks do at once. */
    private interface Contender {
        void run() throws Exception;
    }

    /** One array per rank, added up in place. */
    private static final class AllReduce {

        private final float[] values;
        private final Shard shard;
        private final int rank;
        private final int ranks;

        AllReduce(int floats, int rank, int ranks) {
            ParameterLayout layout = new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, floats)));
            this.values = new float[floats];
            this.shard = Shard.zeros(layout.shardLayout(rank, ranks));
            this.rank = rank;
            this.ranks = ranks;
            Arrays.fill(values, rank + 1.0f);
        }

        void run(Collective ring) {
            ring.reduceScatter(
                    (offset, target, at, length) -> System.arraycopy(values, (int) offset, target, at, length), shard);
            ring.allGather(
                    shard, (offset, source, at, length) -> System.arraycopy(source, at, values, (int) offset, length));
        }

        /** @param added whether the sum is to be there; the values are made anew in any case */
        void check(boolean added) {
            for (int i = 0; added && i < values.length; i += 4093) {
                if (values[i] != ranks * (ranks + 1) / 2.0f) {
                    throw new IllegalStateException("The ring adds wrongly at " + i + ": " + values[i]);
                }
            }
            Arrays.fill(values, rank + 1.0f);
        }
    }
}
