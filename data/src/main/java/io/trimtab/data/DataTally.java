package io.trimtab.data;

import java.util.EnumMap;
import java.util.Map;

/** Counts the outcomes of one part of a table, row by row. Not thread safe. */
public final class DataTally {
    private final Map<RejectionReason, Long> rejected = new EnumMap<>(RejectionReason.class);
    private final Map<RowNote, Long> notes = new EnumMap<>(RowNote.class);
    private long read;
    private long kept;
    private long overLength;
    private long usefulTokens;
    private int longest;
    private long desirable;
    private long undesirable;

    public void add(RowOutcome outcome) {
        read++;
        if (outcome instanceof RowOutcome.Kept row) {
            add(row);
        } else if (outcome instanceof RowOutcome.Rejected rejection) {
            rejected.merge(rejection.reason(), 1L, Long::sum);
        } else {
            overLength++;
        }
    }

    private void add(RowOutcome.Kept row) {
        kept++;
        usefulTokens += row.example().usefulTokens();
        longest = Math.max(longest, row.example().longestSequence());
        desirable += row.example().has(CompletionRole.DESIRABLE) ? 1 : 0;
        undesirable += row.example().has(CompletionRole.UNDESIRABLE) ? 1 : 0;
        row.notes().forEach(note -> notes.merge(note, 1L, Long::sum));
    }

    public DataReport report() {
        return new DataReport(read, kept, overLength, rejected, notes, usefulTokens, longest, desirable, undesirable);
    }
}
