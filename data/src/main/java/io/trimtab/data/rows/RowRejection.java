package io.trimtab.data.rows;

import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;

/** Ends the reading of a row; caught by the preparer, never by others. Without a stack trace: it is an outcome, not a fault. */
final class RowRejection extends Exception {
    private static final long serialVersionUID = 1L;

    private final RejectionReason reason;
    private final String detail;

    RowRejection(RejectionReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    RowOutcome.Rejected of(String id) {
        return new RowOutcome.Rejected(id, reason, detail);
    }
}
