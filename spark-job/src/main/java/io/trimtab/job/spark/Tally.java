package io.trimtab.job.spark;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts what became of a table's rows. Filled by one task at a time, then merged. */
final class Tally implements Serializable {
    private static final long serialVersionUID = 1L;

    private long read;
    private long kept;
    private long overLength;
    private long desirable;
    private long undesirable;
    private long usefulTokens;
    private long longestSequence;
    private final TreeMap<String, Long> rejected = new TreeMap<>();
    private final TreeMap<String, Long> notes = new TreeMap<>();

    Tally add(RowOutcome outcome) {
        read++;
        if (outcome instanceof RowOutcome.Kept row) {
            kept++;
            addKept(row.example());
            addNotes(row.notes());
        } else if (outcome instanceof RowOutcome.Rejected row) {
            rejected.merge(row.reason().key(), 1L, Long::sum);
        } else {
            overLength++;
        }
        return this;
    }

    private void addKept(Example example) {
        usefulTokens += example.usefulTokens();
        longestSequence = Math.max(longestSequence, example.longestSequence());
        desirable += example.has(CompletionRole.DESIRABLE) ? 1 : 0;
        undesirable += example.has(CompletionRole.UNDESIRABLE) ? 1 : 0;
    }

    /** Notes of a later step about rows that are counted already. */
    Tally addNotes(Set<RowNote> added) {
        added.forEach(note -> notes.merge(note.key(), 1L, Long::sum));
        return this;
    }

    Tally merge(Tally other) {
        read += other.read;
        kept += other.kept;
        overLength += other.overLength;
        desirable += other.desirable;
        undesirable += other.undesirable;
        usefulTokens += other.usefulTokens;
        longestSequence = Math.max(longestSequence, other.longestSequence);
        other.rejected.forEach((reason, count) -> rejected.merge(reason, count, Long::sum));
        other.notes.forEach((note, count) -> notes.merge(note, count, Long::sum));
        return this;
    }

    long read() {
        return read;
    }

    long kept() {
        return kept;
    }

    long overLength() {
        return overLength;
    }

    long desirable() {
        return desirable;
    }

    long undesirable() {
        return undesirable;
    }

    long usefulTokens() {
        return usefulTokens;
    }

    long longestSequence() {
        return longestSequence;
    }

    long rejectedRows() {
        return rejected.values().stream().mapToLong(Long::longValue).sum();
    }

    Map<String, Long> rejected() {
        return Map.copyOf(rejected);
    }

    Map<String, Long> notes() {
        return Map.copyOf(notes);
    }
}
