package io.trimtab.data;

/** A piece of a text: from {@code start} to before {@code end}, in UTF-16 units. */
public record Span(int start, int end) {}
