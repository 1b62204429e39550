package io.trimtab.job.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;

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
        try {
            stream.write(bytes, offset, length);
        } catch (FSError e) {
            throw Storage.said(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            stream.hflush();
        } catch (FSError e) {
            throw Storage.said(e);
        }
    }
}
