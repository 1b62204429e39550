package io.trimtab.data.files;

import io.trimtab.data.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one CSV file, as bytes, one at a time: a file of any size needs the memory of its longest row, of which no more than
 * {@link RowSize#MOST_BYTES} are kept.
 *
 * <p>Delimiter, quote and line break are ASCII, which no other character of UTF-8 contains, so that decoding can wait until a row is known
 * by its place. Line breaks inside quotes are text, and text stays byte for byte; a row ends at LF, CR or both; blank lines are no rows.
 *
 * <p>A quote that stands where none may (inside an unquoted cell, or before more text of a quoted one) makes its row unsound, and reading
 * goes on behind it. Hence no library: Spark's reader and univocity mend such rows, Commons CSV takes the first kind as text and like FastCSV
 * gives up the whole file at the second. That sound files are read alike is tested against Commons CSV.
 */
public final class CsvReader implements Iterator<CsvRecord> {
    private static final int END = -1;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final byte[] NOTHING = {};
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    /** What a cell costs beside its text; a row may be all delimiters. */
    private static final int CELL_BYTES = 16;

    private final InputStream in;
    private final CsvDialect dialect;
    private final String path;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final int most;
    private ByteArrayOutputStream cell = new ByteArrayOutputStream();
    private int filled;
    private int at;
    private long line = 1;
    private long rowBytes;
    private boolean sound = true;
    private @Nullable CsvRecord next;

    private CsvReader(InputStream in, CsvDialect dialect, String path, int most) {
        this.in = in;
        this.dialect = dialect;
        this.path = path;
        this.most = most;
    }

    /**
     * Stands before the first row.
     *
     * @param in stays the caller's to close
     * @param path for messages
     * @throws DataException if the file is no text
     */
    public static CsvReader open(InputStream in, CsvDialect dialect, String path) {
        return open(in, dialect, path, RowSize.MOST_BYTES);
    }

    static CsvReader open(InputStream in, CsvDialect dialect, String path, int most) {
        CsvReader reader = new CsvReader(in, dialect, path, most);
        reader.skipByteOrderMark();
        reader.next = reader.read();
        return reader;
    }

    private void skipByteOrderMark() {
        fill();
        FileMarks.requireText(buffer, filled, path);
        if (filled >= BYTE_ORDER_MARK.length
                && Arrays.equals(buffer, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)) {
            at = BYTE_ORDER_MARK.length;
        }
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    /** @throws DataException if a quote is open where the file ends, so that what follows it is lost */
    @Override
    public CsvRecord next() {
        CsvRecord record = next;
        if (record == null) {
            throw new NoSuchElementException("The file is at its end");
        }
        next = read();
        return record;
    }

    private @Nullable CsvRecord read() {
        while (peek() == '\n' || peek() == '\r') {
            endLine(take());
        }
        if (peek() == END) {
            return null;
        }
        long first = line;
        rowBytes = 0;
        sound = true;
        List<byte @Nullable []> cells = new ArrayList<>();
        int end;
        do {
            boolean quoted = peek() == dialect.quote();
            end = quoted ? quotedCell(first) : plainCell();
            rowBytes += CELL_BYTES;
            if (rowBytes > most) {
                cells.clear();
            } else {
                cells.add(cell.size() > 0 ? cell.toByteArray() : quoted ? NOTHING : null);
            }
            cell.reset();
        } while (end == dialect.delimiter());
        long lines = line - first + 1;
        endLine(end);
        return rowBytes > most
                ? CsvRecord.tooLarge(first, lines)
                : new CsvRecord(first, lines, cells.toArray(byte[][]::new), sound, false);
    }

    /** Up to the delimiter, line break or end behind it, which is returned. */
    private int plainCell() {
        int character = take();
        while (character != dialect.delimiter() && character != '\n' && character != '\r' && character != END) {
            sound &= character != dialect.quote();
            keep(character);
            character = take();
        }
        return character;
    }

    private int quotedCell(long first) {
        take();
        while (true) {
            int character = take();
            if (character == END) {
                throw new DataException("Cannot read " + path + ": a quote of the row at line " + first
                        + " is still open where the file ends; the file is cut off, or a quote is missing or too many");
            }
            if (character == dialect.escape() && isEscaped(peek())) {
                keep(take());
            } else if (character != dialect.quote()) {
                keep(character);
                if (character == '\n' || (character == '\r' && peek() != '\n')) {
                    line++;
                }
            } else if (peek() == dialect.quote()) {
                keep(take());
            } else {
                break;
            }
        }
        int behind = peek();
        sound &= behind == dialect.delimiter() || behind == '\n' || behind == '\r' || behind == END;
        return plainCell();
    }

    private boolean isEscaped(int character) {
        return character == dialect.quote() || character == dialect.escape();
    }

    private void keep(int character) {
        if (++rowBytes <= most) {
            cell.write(character);
        } else if (cell.size() > 0) {
            cell = new ByteArrayOutputStream();
        }
    }

    private void endLine(int character) {
        if (character == '\r' && peek() == '\n') {
            take();
        }
        line++;
    }

    private int take() {
        int character = peek();
        at++;
        return character;
    }

    private int peek() {
        if (at >= filled) {
            fill();
        }
        return filled == 0 ? END : buffer[at] & 0xFF;
    }

    private void fill() {
        try {
            filled = Math.max(0, in.readNBytes(buffer, 0, BUFFER_BYTES));
            at = 0;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path + " behind line " + line, e);
        }
    }
}
