package io.trimtab.job.spark.source;

import io.trimtab.data.files.RowSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file's range as bytes, without their line feed; a lone carriage return ends no line, for JSON allows it between tokens.
 * Numbers them from 1 within the file. Not thread safe.
 */
final class FileLines implements Iterator<byte[]> {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final long end;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    /** Place in the file of {@code buffer[from]}. */
    private long position;

    private long number;
    private byte @Nullable [] next;
    private boolean nextTooLong;
    private boolean tooLong;
    private final int longest;

    FileLines(InputStream in, FileRange range) {
        this(in, range, RowSize.MOST_BYTES);
    }

    /** @param in stands at the byte before the range, or at the file's first one where it begins there; the caller closes it */
    FileLines(InputStream in, FileRange range, int longest) {
        this.in = in;
        this.longest = longest;
        this.end = range.end();
        this.number = range.linesBefore();
        if (range.start() > 0) {
            position = range.start() - 1;
            skipLine(range.start());
        }
        next = position < end ? read() : null;
    }

    /** The line into which the range begins is the range's before it. */
    private void skipLine(long start) {
        read();
        number += position > start ? 1 : 0;
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public byte[] next() {
        byte[] line = next;
        if (line == null) {
            throw new NoSuchElementException("No lines are left");
        }
        number++;
        tooLong = nextTooLong;
        next = position < end ? read() : null;
        return line;
    }

    /** Number within the file of the line that was given last. */
    long number() {
        return number;
    }

    /** Whether the line that was given last is longer than is kept: it was given without its bytes. */
    boolean isTooLong() {
        return tooLong;
    }

    /** Null at the end of the file. */
    private byte @Nullable [] read() {
        ByteArrayOutputStream longLine = null;
        nextTooLong = false;
        while (filled()) {
            int feed = from;
            while (feed < to && buffer[feed] != '\n') {
                feed++;
            }
            if (feed < to && longLine == null) {
                byte[] line = java.util.Arrays.copyOfRange(buffer, from, feed);
                advance(feed + 1);
                return line;
            }
            longLine = longLine == null ? new ByteArrayOutputStream(2 * BUFFER_BYTES) : longLine;
            nextTooLong |= longLine.size() + feed - from > longest;
            if (nextTooLong) {
                longLine = new ByteArrayOutputStream(0);
            } else {
                longLine.write(buffer, from, feed - from);
            }
            boolean complete = feed < to;
            advance(complete ? feed + 1 : feed);
            if (complete) {
                break;
            }
        }
        return longLine == null ? null : longLine.toByteArray();
    }

    private void advance(int index) {
        position += index - from;
        from = index;
    }

    private boolean filled() {
        if (from < to) {
            return true;
        }
        try {
            from = 0;
            to = Math.max(0, in.read(buffer));
            return to > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Line feeds in the next bytes of a stream. */
    static long count(InputStream in, long bytes) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long feeds = 0;
        long left = bytes;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                break;
            }
            for (int i = 0; i < read; i++) {
                feeds += buffer[i] == '\n' ? 1 : 0;
            }
            left -= read;
        }
        return feeds;
    }
}
