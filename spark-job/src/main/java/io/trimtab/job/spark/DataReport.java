package io.trimtab.job.spark;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of a table's rows; {@code data-report.json}.
 *
 * @param rejected rows by reason
 * @param notes kept rows by what their owner may want to know about them
 * @param duplicates kept rows that repeat another one, prompt and completions alike; they are trained on
 * @param quarantine folder of the Parquet table (id, reason) of rejected rows
 */
public record DataReport(
        @JsonProperty("read") long read,
        @JsonProperty("kept") long kept,
        @JsonProperty("over_length") long overLength,
        @JsonProperty("rejected") Map<String, Long> rejected,
        @JsonProperty("notes") Map<String, Long> notes,
        @JsonProperty("duplicates") long duplicates,
        @JsonProperty("desirable") long desirable,
        @JsonProperty("undesirable") long undesirable,
        @JsonProperty("tokens") long tokens,
        @JsonProperty("longest_sequence") long longestSequence,
        @JsonProperty("quarantine") String quarantine) {
    public DataReport {
        rejected = new TreeMap<>(rejected);
        notes = new TreeMap<>(notes);
    }

    static DataReport of(Tally tally, Map<String, Long> notes, long duplicates, String quarantine) {
        Map<String, Long> allNotes = new TreeMap<>(tally.notes());
        notes.forEach((note, count) -> allNotes.merge(note, count, Long::sum));
        return new DataReport(
                tally.read(),
                tally.kept(),
                tally.overLength(),
                tally.rejected(),
                allNotes,
                duplicates,
                tally.desirable(),
                tally.undesirable(),
                tally.usefulTokens(),
                tally.longestSequence(),
                quarantine);
    }

    public long rejectedRows() {
        return rejected.values().stream().mapToLong(Long::longValue).sum();
    }

    DataReport withQuarantine(String folder) {
        return new DataReport(
                read,
                kept,
                overLength,
                rejected,
                notes,
                duplicates,
                desirable,
                undesirable,
                tokens,
                longestSequence,
                folder);
    }
}
