package io.trimtab.data.files;

import io.trimtab.data.DataException;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of the records of one CSV file. Every cell is text, decoded strictly; a cell with nothing in it is null, two quotes are the
 * empty text.
 *
 * @param header the names of the columns; one without a name is not looked at
 */
public record CsvRows(List<String> header) implements Serializable {
    public CsvRows {
        header = List.copyOf(header);
    }

    /**
     * The columns of a file.
     *
     * @param first its first record, the header where the dialect has one
     * @throws DataException if the header is not sound, not UTF-8, or names a column twice
     */
    public static CsvRows of(CsvRecord first, CsvDialect dialect, String path) {
        if (!dialect.header()) {
            List<String> numbered = new ArrayList<>();
            for (int i = 0; i < first.cells().length; i++) {
                numbered.add("_c" + i);
            }
            return new CsvRows(numbered);
        }
        if (first.isTooLarge() || !first.sound()) {
            throw new DataException("Cannot read " + path + ": quotes of its header stand where they do not belong;"
                    + " set format and options { delimiter, quote, escape } as it is written");
        }
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (byte[] cell : first.cells()) {
            try {
                names.add(cell == null ? "" : decoded(cell));
            } catch (CharacterCodingException e) {
                throw new DataException("Cannot read " + path + ": its header has bytes that are not UTF-8", e);
            }
            String name = names.get(names.size() - 1);
            if (!name.isEmpty() && !seen.add(name)) {
                throw new DataException("Cannot read " + path + ": its header names column " + name + " twice");
            }
        }
        return new CsvRows(names);
    }

    /**
     * What the record holds.
     *
     * @param position names the row where the table has no id column, e.g. {@code pairs.csv:17}
     */
    public JsonLine row(CsvRecord record, String position, Map<String, String> columns) {
        if (record.isTooLarge()) {
            return RowSize.tooLarge(position, record.lines() == 1 ? "" : lines(record));
        }
        if (!record.sound()) {
            return bad(
                    position,
                    RejectionReason.MALFORMED_CSV,
                    "a quote stands where it does not belong" + (record.lines() == 1 ? "" : lines(record)));
        }
        if (record.cells().length != header.size()) {
            return bad(
                    position,
                    RejectionReason.FIELD_COUNT,
                    "row has " + record.cells().length + " fields, its header " + header.size()
                            + (record.lines() == 1 ? "" : lines(record)));
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < header.size(); i++) {
            byte[] cell = record.cells()[i];
            try {
                fields.put(header.get(i), cell == null ? null : decoded(cell));
            } catch (CharacterCodingException e) {
                return bad(
                        position,
                        RejectionReason.NOT_UTF8,
                        "column " + header.get(i) + " has bytes that are not UTF-8");
            }
        }
        fields.remove("");
        return new JsonLine.Row(RawRow.of(fields, position, columns));
    }

    /** So that rows which a stray quote swallowed can be found. */
    private static String lines(CsvRecord record) {
        return "; it covers " + record.lines() + " lines";
    }

    private static String decoded(byte[] cell) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(cell)).toString();
    }

    private static JsonLine bad(String position, RejectionReason reason, String detail) {
        return new JsonLine.Bad(new RowOutcome.Rejected(position, reason, detail));
    }
}
