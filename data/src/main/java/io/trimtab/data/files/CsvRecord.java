package io.trimtab.data.files;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A row of a CSV file, not decoded yet.
 *
 * @param line where it begins, from 1
 * @param lines how many it covers
 * @param cells owned; null where nothing stands between two delimiters, empty where two quotes do
 * @param sound whether every quote is where it belongs; where not, the cells mean nothing
 * @param isTooLarge whether it has more bytes than {@link RowSize#MOST_BYTES}; its cells were not kept then
 */
public record CsvRecord(long line, long lines, byte[] @Nullable [] cells, boolean sound, boolean isTooLarge)
        implements Serializable {
    static CsvRecord tooLarge(long line, long lines) {
        return new CsvRecord(line, lines, new byte[0][], true, true);
    }
}
