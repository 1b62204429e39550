package io.trimtab.merge.allreduce;

import io.trimtab.merge.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How long does the ring take to add and hand back 100 MB of floats between two ranks in two JVMs of one machine, and how far is that from a raw copy of the same
 * bytes over the same kind of sockets?
 *
 * <pre>
 * mvn -q -Dquick -pl merge test-compile
 * java -cp merge/target/classes-unchecked:merge/target/test-classes io.trimtab.merge.allreduce.RingBenchmark 100 15
 * </pre>
 *
 * Arguments: megabytes, repetitions. Prints medians of the slower rank. Raw: both ranks send and receive half of the bytes at once, twice, as reduce-scatter and all-gather do; no
 * addition, no copy out of the buffers.
 */
public final class RingBenchmark {

    private static final byte[] TOKEN = "benchmark".getBytes(StandardCharsets.US_ASCII);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private RingBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 5) {
            rank(1, addresses(arguments), listen(arguments[4]), arguments);
            return;
        }
        int otherPort = freePort();
        try (ServerSocketChannel mine = listen("0")) {
            String[] all = {
                arguments[0], arguments[1], "127.0.0.1", Integer.toString(port(mine)), Integer.toString(otherPort)
            };
            Process other = fork(all);
            rank(0, addresses(all), mine, all);
            other.waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocketChannel reserved = listen("0")) {
            return port(reserved);
        }
    }

    private static Process fork(String[] arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                RingBenchmark.class.getName()));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command).inheritIO().start();
    }

    private static void rank(int rank, List<InetSocketAddress> addresses, ServerSocketChannel mine, String[] arguments)
            throws Exception {
        int floats = Integer.parseInt(arguments[0]) * 250_000;
        int repetitions = Integer.parseInt(arguments[1]);
        ParameterLayout layout = new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, floats)));
        float[] values = new float[floats];
        Arrays.fill(values, rank + 1.0f);
        Shard shard = Shard.zeros(layout.shardLayout(rank, 2));
        double[] reduce = new double[repetitions];
        double[] gather = new double[repetitions];
        double[] raw = new double[repetitions];
        try (Collective ring = RingCollective.connect(rank, addresses, mine, TOKEN, TIMEOUT, TIMEOUT);
                Raw pair = Raw.open(rank, addresses.get(1 - rank), ring)) {
            for (int i = -5; i < repetitions; i++) {
                ring.sum(new double[1]);
                long start = System.nanoTime();
                ring.reduceScatter(
                        (offset, target, at, length) -> System.arraycopy(values, (int) offset, target, at, length),
                        shard);
                long middle = System.nanoTime();
                ring.allGather(
                        shard,
                        (offset, source, at, length) -> System.arraycopy(source, at, values, (int) offset, length));
                long end = System.nanoTime();
                require(values);
                Arrays.fill(values, rank + 1.0f);
                ring.sum(new double[1]);
                long rawStart = System.nanoTime();
                pair.exchange(floats / 2 * 4);
                pair.exchange(floats / 2 * 4);
                if (i >= 0) {
                    reduce[i] = (middle - start) / 1e6;
                    gather[i] = (end - middle) / 1e6;
                    raw[i] = (System.nanoTime() - rawStart) / 1e6;
                }
            }
            double[] mineMedians = {median(reduce), median(gather), median(raw)};
            double[] both = new double[6];
            System.arraycopy(mineMedians, 0, both, 3 * rank, 3);
            double[] all = ring.sum(both);
            if (rank == 0) {
                System.out.printf(
                        Locale.ROOT,
                        "%d MB, 2 ranks: reduce-scatter %.0f ms, all-gather %.0f ms; raw exchange of the same bytes %.0f ms%n",
                        floats / 250_000,
                        Math.max(all[0], all[3]),
                        Math.max(all[1], all[4]),
                        Math.max(all[2], all[5]));
            }
        }
    }

    private static void require(float[] values) {
        for (float value : values) {
            if (value != 3.0f) {
                throw new IllegalStateException("The ring adds wrongly: 1 + 2 is " + value);
            }
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static ServerSocketChannel listen(String port) throws IOException {
        return ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)));
    }

    private static int port(ServerSocketChannel socket) throws IOException {
        return ((InetSocketAddress) socket.getLocalAddress()).getPort();
    }

    private static List<InetSocketAddress> addresses(String[] arguments) {
        return List.of(
                new InetSocketAddress(arguments[2], Integer.parseInt(arguments[3])),
                new InetSocketAddress(arguments[2], Integer.parseInt(arguments[4])));
    }

    /** Two blocking connections between the ranks, one per direction. */
    private record Raw(SocketChannel out, SocketChannel in, ExecutorService sender) implements AutoCloseable {

        static Raw open(int rank, InetSocketAddress other, Collective ring) throws Exception {
            try (ServerSocketChannel mine = listen("0")) {
                double[] ports = new double[2];
                ports[rank] = port(mine);
                int otherPort = (int) ring.sum(ports)[1 - rank];
                SocketChannel out = SocketChannel.open(new InetSocketAddress(other.getAddress(), otherPort));
                out.setOption(StandardSocketOptions.TCP_NODELAY, true);
                return new Raw(out, mine.accept(), Executors.newSingleThreadExecutor());
            }
        }

        void exchange(int bytes) throws Exception {
            Callable<Void> send = () -> {
                ByteBuffer buffer = ByteBuffer.allocateDirect(Wire.SEGMENT_BYTES);
                for (int left = bytes; left > 0; left -= buffer.limit()) {
                    buffer.clear().limit(Math.min(left, buffer.capacity()));
                    while (buffer.hasRemaining()) {
                        out.write(buffer);
                    }
                }
                return null;
            };
            Future<Void> sending = sender.submit(send);
            ByteBuffer buffer = ByteBuffer.allocateDirect(Wire.SEGMENT_BYTES);
            for (int left = bytes; left > 0; ) {
                buffer.clear().limit(Math.min(left, buffer.capacity()));
                int count = in.read(buffer);
                if (count < 0) {
                    throw new EOFException("The other rank left");
                }
                left -= count;
            }
            sending.get();
        }

        @Override
        public void close() throws IOException {
            sender.shutdownNow();
            out.close();
            in.close();
        }
    }
}
