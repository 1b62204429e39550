package io.trimtab.merge.shard;

/** A half-open range of positions {@code [start, end)} in the flat parameter space. */
public record Range(long start, long end) {

    public Range {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("Cannot make a range: start %d, end %d".formatted(start, end));
        }
    }

    /** Part number {@code part} of {@code size} positions in {@code parts} parts whose lengths differ by at most one; longer ones first. */
    public static Range part(long size, int part, int parts) {
        return new Range(border(size, part, parts), border(size, part + 1, parts));
    }

    private static long border(long size, int part, int parts) {
        return size / parts * part + Math.min(part, size % parts);
    }

    /** What lies in both; an empty range where nothing does. */
    public Range and(Range other) {
        long from = Math.max(start, other.start);
        return new Range(from, Math.max(from, Math.min(end, other.end)));
    }

    public long length() {
        return end - start;
    }

    public boolean contains(Range other) {
        return start <= other.start && other.end <= end;
    }
}
