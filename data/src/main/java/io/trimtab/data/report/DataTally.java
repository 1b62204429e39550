package io.trimtab.data.report;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.rows.RowOrigin;
import io.trimtab.data.rows.RowOutcomes;
import java.util.EnumMap;
import java.util.Map;

/** Counts the outcomes of one part of a table, row by row. Not thread safe. */
public final class DataTally {
    private final RejectedRows.Tally rejected = new RejectedRows.Tally();
    private final DataStatistics.Tally statistics = new DataStatistics.Tally();
    private final Map<RowNote, Long> notes = new EnumMap<>(RowNote.class);
    private final TakenShapes.Tally shapes = new TakenShapes.Tally();
    private long read;
    private long made;
    private long tied;
    private long tiedPairs;
    private long leftOut;
    private long kept;
    private long overLength;
    private long usefulTokens;
    private int longest;
    private long desirable;
    private long undesirable;

    /** A row with all that became of it. */
    public void add(RowOutcomes row) {
        addRow(row.origin());
        row.outcomes().forEach(this::addOutcome);
    }

    /** A row that was read; its outcomes are added one by one. */
    public void addRow(RowOrigin origin) {
        read++;
        tiedPairs += origin.tiedPairs();
        leftOut += origin.leftOut();
        if (origin.shape() != null) {
            shapes.add(origin.shape());
        }
    }

    /** One outcome of a row that was added. */
    public void addOutcome(RowOutcome outcome) {
        made++;
        if (outcome instanceof RowOutcome.Kept row) {
            add(row);
        } else if (outcome instanceof RowOutcome.Rejected rejection) {
            rejected.add(rejection);
        } else if (outcome instanceof RowOutcome.TooLong tooLong) {
            overLength++;
            statistics.addTooLong(tooLong.tokens());
        } else if (outcome instanceof RowOutcome.Tied) {
            tied++;
        }
    }

    private void add(RowOutcome.Kept row) {
        kept++;
        statistics.add(row);
        usefulTokens += row.example().usefulTokens();
        longest = Math.max(longest, row.example().longestSequence());
        desirable += row.example().has(CompletionRole.DESIRABLE) ? 1 : 0;
        undesirable += row.example().has(CompletionRole.UNDESIRABLE) ? 1 : 0;
        row.notes().forEach(note -> notes.merge(note, 1L, Long::sum));
    }

    public DataReport report() {
        return new DataReport(
                read,
                made,
                kept,
                overLength,
                rejected.rows(),
                new TiedScores(tied, tiedPairs, leftOut),
                shapes.shapes(),
                notes,
                usefulTokens,
                longest,
                desirable,
                undesirable,
                statistics.statistics());
    }
}
