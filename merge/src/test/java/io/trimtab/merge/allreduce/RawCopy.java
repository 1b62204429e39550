package io.trimtab.merge.allreduce;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the sockets alone can do: every rank sends to the next one and receives from the previous one at the same time, on blocking connections. */
final class RawCopy implements AutoCloseable {

    private static final int SEGMENT = 1 << 18;

    private final SocketChannel next;
    private final SocketChannel previous;
    private final ExecutorService sender = Executors.newSingleThreadExecutor();
    private final ByteBuffer from;
    private final ByteBuffer to;

    private RawCopy(SocketChannel next, SocketChannel previous, ByteBuffer from, ByteBuffer to) {
        this.next = next;
        this.previous = previous;
        this.from = from.duplicate();
        this.to = to.duplicate();
    }

    /**
     * @param ring tells each rank where the next one listens
     * @param from what is sent, from its start on and, where that is not enough, from its start again
     * @param to where what comes is put, in the same manner
     */
    static RawCopy open(Collective ring, boolean local, ByteBuffer from, ByteBuffer to) throws IOException {
        Path folder = Files.createTempDirectory("raw-copy-");
        long base = ProcessHandle.current().pid();
        Path path = folder.resolveSibling("raw-copy-" + base);
        Files.delete(folder);
        try (ServerSocketChannel mine = local ? listen(path) : Rings.listen()) {
            double[] told = new double[ring.worldSize()];
            told[ring.rank()] = local ? base : Rings.address(mine).getPort();
            long there = (long) ring.sum(told)[(ring.rank() + 1) % ring.worldSize()];
            SocketAddress address = local
                    ? UnixDomainSocketAddress.of(folder.resolveSibling("raw-copy-" + there))
                    : new InetSocketAddress(InetAddress.getLoopbackAddress(), (int) there);
            SocketChannel next = SocketChannel.open(address);
            if (!local) {
                next.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            return new RawCopy(next, mine.accept(), from, to);
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    void exchange(long bytes) throws Exception {
        Callable<Void> send = () -> {
            from.clear();
            for (long left = bytes; left > 0; ) {
                left -= next.write(segment(from, left));
            }
            return null;
        };
        Future<Void> sending = sender.submit(send);
        to.clear();
        for (long left = bytes; left > 0; ) {
            int count = previous.read(segment(to, left));
            if (count < 0) {
                throw new EOFException("The other rank is gone");
            }
            left -= count;
        }
        sending.get();
    }

    private static ByteBuffer segment(ByteBuffer buffer, long left) {
        int start = buffer.position() == buffer.capacity() ? 0 : buffer.position();
        int end = (int) Math.min(buffer.capacity(), start + Math.min(left, SEGMENT));
        return buffer.limit(end).position(start);
    }

    @Override
    public void close() throws IOException {
        sender.shutdown();
        next.close();
        previous.close();
    }
}
