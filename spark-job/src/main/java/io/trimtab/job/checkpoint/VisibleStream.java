package io.trimtab.job.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSDataOutputStream;

/** A flush makes what was written visible to readers where the file system can; elsewhere closing does. */
final class VisibleStream extends FilterOutputStream {
    private final FSDataOutputStream stream;

    private VisibleStream(FSDataOutputStream out) {
        super(out);
        this.stream = out;
    }

    static OutputStream of(FSDataOutputStream out) {
        return new VisibleStream(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Storage.asIo(() -> stream.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
        Storage.asIo(stream::hflush);
    }
}
