package io.trimtab.data.files;

import io.trimtab.data.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The elements of a file that is one JSON array, as bytes, one at a time: a file of any size needs the memory of its largest element.
 *
 * <p>An element of more than {@link RowSize#MOST_BYTES} is passed over and not kept. Only brackets, commas and strings are looked at, which
 * are ASCII in UTF-8; whether an element is a row is {@link JsonLines#parse}'s to say. Where none stands between two commas or behind the
 * last one, the comma or bracket itself is given, which is no row. A file whose array does not end, or that goes on behind it, is refused when that place is reached.
 */
public final class JsonArray implements Iterator<byte[]> {
    private final InputStream in;
    private final String path;
    private ByteArrayOutputStream element = new ByteArrayOutputStream();
    private final int most;
    private long read;
    private boolean open;
    private boolean tooLarge;

    private JsonArray(InputStream in, String path, int most) {
        this.in = in;
        this.path = path;
        this.most = most;
    }

    /**
     * Stands before the first element.
     *
     * @param in buffered; stays the caller's to close
     * @throws DataException if there is no array
     */
    public static JsonArray open(InputStream in, String path) {
        return open(in, path, RowSize.MOST_BYTES);
    }

    static JsonArray open(InputStream in, String path, int most) {
        JsonArray array = new JsonArray(in, path, most);
        int first = array.next(true);
        if (first != '[') {
            throw new DataException("Cannot read " + path + ": it is no JSON array");
        }
        int character = array.next(false);
        array.open = character != ']';
        if (array.open) {
            array.element.write(character);
        } else {
            array.requireEnd();
        }
        return array;
    }

    /** The next byte that is not white space; a byte order mark counts as white space where one may stand. */
    private int next(boolean atStart) {
        int character = byteOrEnd();
        while (character == ' '
                || character == '\n'
                || character == '\r'
                || character == '\t'
                || (atStart && character >= 0x80)) {
            character = byteOrEnd();
        }
        if (character < 0) {
            throw cut();
        }
        return character;
    }

    private int byteOrEnd() {
        try {
            return in.read();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path + " behind row " + read, e);
        }
    }

    @Override
    public boolean hasNext() {
        return open;
    }

    @Override
    public byte[] next() {
        if (!open) {
            throw new NoSuchElementException("The array is at its end");
        }
        int depth = 0;
        boolean quoted = false;
        boolean escaped = false;
        int character = element.size() > 0 ? element.toByteArray()[0] & 0xFF : next(false);
        element.reset();
        tooLarge = false;
        while (depth > 0 || quoted || (character != ',' && character != ']')) {
            if (quoted) {
                quoted = escaped || character != '"';
                escaped = !escaped && character == '\\';
            } else if (character == '"') {
                quoted = true;
            } else if (character == '{' || character == '[') {
                depth++;
            } else if (character == '}' || character == ']') {
                depth--;
            }
            keep(character);
            character = byteOrEnd();
            if (character < 0) {
                throw cut();
            }
        }
        open = character == ',';
        byte[] bytes = isMissing() ? new byte[] {(byte) character} : element.toByteArray();
        element.reset();
        read++;
        if (!open) {
            requireEnd();
        }
        return bytes;
    }

    private boolean isMissing() {
        return element.size() == 0 && !tooLarge;
    }

    private void keep(int character) {
        if (element.size() == most && !tooLarge) {
            tooLarge = true;
            element = new ByteArrayOutputStream();
        }
        if (!tooLarge) {
            element.write(character);
        }
    }

    /** Whether the element that was given last is larger than is kept: it was given without its bytes. */
    public boolean isTooLarge() {
        return tooLarge;
    }

    private DataException cut() {
        return new DataException("Cannot read " + path + ": its JSON array does not end behind row " + read
                + "; the file is cut off, or a quote or bracket is missing there");
    }

    private void requireEnd() {
        int character = byteOrEnd();
        while (character >= 0) {
            if (character > ' ') {
                throw new DataException("Cannot read " + path + ": something follows its JSON array of " + read
                        + " rows; a file holds one array, or one object per line");
            }
            character = byteOrEnd();
        }
    }
}
