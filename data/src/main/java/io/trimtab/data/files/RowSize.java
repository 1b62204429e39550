package io.trimtab.data.files;

import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;

/** How large a row of a file may be: more than the text of any context, for a task needs several times as much memory while it parses one. */
public final class RowSize {
    public static final int MOST_BYTES = 64 << 20;

    private RowSize() {}

    /** A row that was counted and not kept. */
    static JsonLine tooLarge(String position, String detail) {
        return new JsonLine.Bad(new RowOutcome.Rejected(
                position, RejectionReason.ROW_TOO_LARGE, "row has more than " + (MOST_BYTES >> 20) + " MiB" + detail));
    }

    /** The same. */
    public static JsonLine tooLarge(String position) {
        return tooLarge(position, "");
    }
}
