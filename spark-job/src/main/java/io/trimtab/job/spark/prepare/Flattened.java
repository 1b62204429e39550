package io.trimtab.job.spark.prepare;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** What every element of a source gives, one after another; an element is taken when it is asked for. Not thread safe. */
final class Flattened<S, T> implements Iterator<T> {
    private final Iterator<S> source;
    private final Function<S, Iterator<T>> given;
    private Iterator<T> next = Collections.emptyIterator();

    Flattened(Iterator<S> source, Function<S, Iterator<T>> given) {
        this.source = source;
        this.given = given;
    }

    @Override
    public boolean hasNext() {
        while (!next.hasNext() && source.hasNext()) {
            next = given.apply(source.next());
        }
        return next.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No rows are left");
        }
        return next.next();
    }
}
