package io.trimtab.data.files;

import io.trimtab.data.RawRow;
import io.trimtab.data.RowOutcome;

/** What a line of a JSON Lines file turned out to be. */
public sealed interface JsonLine {
    record Row(RawRow row) implements JsonLine {}

    record Bad(RowOutcome.Rejected rejection) implements JsonLine {}

    /** White space only; neither a row nor a mistake, and not counted. */
    record Blank() implements JsonLine {}
}
