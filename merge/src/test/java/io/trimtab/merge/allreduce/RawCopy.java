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
    private ByteBuffer from = ByteBuffer.allocateDirect(0);
    private ByteBuffer to = from;

    private RawCopy(SocketChannel next, SocketChannel previous) {
        this.next = next;
        this.previous = previous;
    }

    /** @param ring tells each rank where the next one listens */
    static RawCopy open(Collective ring, boolean local) throws IOException {
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
            return new RawCopy(next, mine.accept());
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    void exchange(int bytes) throws Exception {
        if (from.capacity() < bytes) {
            from = ByteBuffer.allocateDirect(bytes);
            to = ByteBuffer.allocateDirect(bytes);
        }
        Callable<Void> send = () -> {
            for (from.clear().limit(0); from.position() < bytes; ) {
                from.limit(Math.min(bytes, from.position() + SEGMENT));
                next.write(from);
            }
            return null;
        };
        Future<Void> sending = sender.submit(send);
        for (to.clear().limit(0); to.position() < bytes; ) {
            to.limit(Math.min(bytes, to.position() + SEGMENT));
            if (previous.read(to) < 0) {
                throw new EOFException("The other rank is gone");
            }
        }
        sending.get();
    }

    @Override
    public void close() throws IOException {
        sender.shutdown();
        next.close();
        previous.close();
    }
}
