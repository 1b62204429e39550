package io.trimtab.job.spark.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/** The rows of one range after another, inside a task; a file is open only while its rows are asked for. Not thread safe. */
final class RangeRows<T> implements Iterator<T> {
    private final Configuration hadoop;
    private final Iterator<FileRange> ranges;
    private final BiFunction<InputStream, FileRange, Iterator<T>> reader;
    private Iterator<T> rows = Collections.emptyIterator();
    private @Nullable InputStream open;

    /** @param reader what the bytes of a range say, from its first or, for a range within a file, from the one before it */
    RangeRows(Configuration hadoop, List<FileRange> ranges, BiFunction<InputStream, FileRange, Iterator<T>> reader) {
        this.hadoop = hadoop;
        this.ranges = ranges.iterator();
        this.reader = reader;
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> close());
    }

    @Override
    public boolean hasNext() {
        while (!rows.hasNext() && ranges.hasNext()) {
            close();
            rows = rows(ranges.next());
        }
        return rows.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No rows are left");
        }
        return rows.next();
    }

    private Iterator<T> rows(FileRange range) {
        try {
            InputStream in = SourceFiles.open(hadoop, range);
            open = in;
            return reader.apply(in, range);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void close() {
        InputStream closing = open;
        open = null;
        try {
            if (closing != null) {
                closing.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
