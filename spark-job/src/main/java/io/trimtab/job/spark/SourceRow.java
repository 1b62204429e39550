package io.trimtab.job.spark;

import io.trimtab.data.RawRow;
import io.trimtab.data.RowOutcome.Rejected;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** A row of a user's table with its place: the row itself, or why its container gave none. */
record SourceRow(Place place, @Nullable RawRow row, @Nullable Rejected rejection) implements Serializable {}
