package io.trimtab.data.report;

import io.trimtab.data.DataException;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.Columns;
import io.trimtab.data.rows.DataSource;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What became of a table's rows. Reports of parts add up, in any order. Nothing is lost: {@code made} is always the sum of those that are
 * kept, over length, rejected and tied.
 *
 * @param read rows of the table
 * @param made examples that they stand for, kept or not; a row that stands for none counts as one
 * @param overLength rows left out for their length; they are no rejections
 * @param usefulTokens of the kept rows
 * @param longest tokens of the longest kept sequence
 * @param desirable kept KTO rows by label
 * @param statistics of the kept rows
 */
public record DataReport(
        long read,
        long made,
        long kept,
        long overLength,
        RejectedRows rejections,
        TiedScores scores,
        TakenShapes shapes,
        Map<RowNote, Long> notes,
        long usefulTokens,
        int longest,
        long desirable,
        long undesirable,
        DataStatistics statistics)
        implements Serializable {
    public static final DataReport EMPTY = new DataReport(
            0,
            0,
            0,
            0,
            RejectedRows.NONE,
            TiedScores.NONE,
            TakenShapes.NONE,
            Map.of(),
            0,
            0,
            0,
            0,
            DataStatistics.EMPTY);

    /** The notes alone, of rows that are counted already. */
    public DataReport onlyNotes() {
        return new DataReport(
                0,
                0,
                0,
                0,
                RejectedRows.NONE,
                TiedScores.NONE,
                TakenShapes.NONE,
                notes,
                0,
                0,
                0,
                0,
                DataStatistics.EMPTY);
    }

    public DataReport {
        notes = Map.copyOf(notes);
    }

    public DataReport plus(DataReport other) {
        return new DataReport(
                read + other.read,
                made + other.made,
                kept + other.kept,
                overLength + other.overLength,
                rejections.plus(other.rejections),
                scores.plus(other.scores),
                shapes.plus(other.shapes),
                sum(RowNote.class, notes, other.notes),
                usefulTokens + other.usefulTokens,
                Math.max(longest, other.longest),
                desirable + other.desirable,
                undesirable + other.undesirable,
                statistics.plus(other.statistics));
    }

    static <K extends Enum<K>> Map<K, Long> sum(Class<K> keys, Map<K, Long> a, Map<K, Long> b) {
        Map<K, Long> sums = new EnumMap<>(keys);
        sums.putAll(a);
        b.forEach((key, count) -> sums.merge(key, count, Long::sum));
        return sums;
    }

    /** Rejected rows by reason. */
    public Map<RejectionReason, Long> rejected() {
        return rejections.counts();
    }

    public long rejectedRows() {
        return rejections.total();
    }

    /** Four digits are enough for a share. */
    static double rounded(double share) {
        return Math.round(share * 1e4) / 1e4;
    }

    /**
     * Refuses a table that cannot be trained on.
     *
     * @param source of the table, for the message
     * @param maxRejectedShare rejected rows over rows read that are still put up with
     * @throws DataException if nothing was read, too much was rejected, nothing was kept, or KTO has one class only
     */
    public void requireTrainable(DataSource source, TrainingStage stage, double maxRejectedShare) {
        String cannot = "Cannot train on " + source.name();
        requireRows(cannot, "data.train", source, stage, maxRejectedShare);
        if (stage == TrainingStage.KTO && (desirable == 0 || undesirable == 0)) {
            throw new DataException(cannot + ": KTO needs both classes and all " + kept + " rows are "
                    + (desirable == 0 ? "undesirable" : "desirable") + "; check data.train.columns { label = … }");
        }
        if (stage == TrainingStage.KTO && notes.getOrDefault(RowNote.WITHOUT_MISMATCH, 0L) == kept) {
            throw new DataException(cannot
                    + ": KTO estimates z0 from answers to other prompts and all rows share one prompt;"
                    + " give kl_completion or more prompts");
        }
    }

    /**
     * Refuses a table that nothing can be measured on.
     *
     * @param key that names the table in the configuration, for the message
     * @throws DataException if nothing was read, too much was rejected or nothing was kept
     */
    public void requireMeasurable(String key, DataSource source, TrainingStage stage, double maxRejectedShare) {
        requireRows("Cannot evaluate on " + source.name(), key, source, stage, maxRejectedShare);
    }

    private void requireRows(
            String cannot, String key, DataSource source, TrainingStage stage, double maxRejectedShare) {
        if (read == 0) {
            throw new DataException(cannot + ": it has no rows; check " + key + ".path");
        }
        if (rejected().getOrDefault(RejectionReason.MISSING_COLUMN, 0L) == made) {
            throw new DataException(cannot + ": "
                    + new Columns(source.columns()).unfit(shapes.unfitColumns(), stage, source.rows(), key));
        }
        if (rejectedRows() > maxRejectedShare * made) {
            throw new DataException(cannot + ": " + rejectedRows() + " of " + made + " rows are rejected ("
                    + rejections.reasons() + "; for example " + rejections.someIds()
                    + "), data.max-rejected-share allows " + maxRejectedShare
                    + "; mend the rows named in the quarantine table, map other columns or raise the share");
        }
        if (kept == 0 && scores.rows() > 0) {
            throw new DataException(cannot + ": in " + scores.rows() + " of " + read
                    + " rows no completion is better than another; map other scores with " + key
                    + ".columns or lower data.score-margin");
        }
        if (kept == 0) {
            throw new DataException(cannot + ": none of " + made + " rows is left, " + overLength
                    + " are longer than data.max-length allows; raise it or choose another data.over-length");
        }
    }

    /** The figures under the names of data-report.json; reasons and notes in a fixed order, those without rows left out. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("read", read);
        map.put("made", made);
        map.put("kept", kept);
        map.put("over_length", overLength);
        if (scores.any()) {
            map.putAll(scores.toMap());
        }
        map.put("rejected", counts(RejectionReason.values(), RejectionReason::key, rejected()));
        map.put("rejected_examples", rejections.examplesToMap());
        map.put("shape", shapes.toMaps());
        map.put("notes", counts(RowNote.values(), RowNote::key, notes));
        map.put("tokens", usefulTokens);
        map.put("packed_tokens", statistics.packedTokens());
        map.put("cut_tokens", statistics.cutTokens());
        map.put("longest", longest);
        if (desirable + undesirable > 0) {
            map.put("desirable", desirable);
            map.put("undesirable", undesirable);
        }
        map.put("lengths", statistics.lengthsToMap());
        if (!statistics.bias().equals(LengthBias.NONE)) {
            map.put("length_bias", statistics.bias().toMap());
        }
        return map;
    }

    private static <K> Map<String, Long> counts(K[] order, Function<K, String> name, Map<K, Long> counts) {
        Map<String, Long> named = new LinkedHashMap<>();
        for (K key : order) {
            long count = counts.getOrDefault(key, 0L);
            if (count > 0) {
                named.put(name.apply(key), count);
            }
        }
        return named;
    }
}
