package io.trimtab.data.files;

import io.trimtab.data.DataException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What files begin with that are no text, byte by byte: their rows would be rejected one by one, and some of an archive perhaps not. */
final class FileMarks {
    private static final int LONGEST = 4;
    private static final String UTF_16 = "it is UTF-16; write it as UTF-8";

    private static final Map<String, String> TOLD = Map.of(
            "PAR1", "it is Parquet; set format = parquet beside its path",
            "\u001F\u008B", "it is compressed with gzip; give it a name that ends in .gz",
            "BZh9", "it is compressed with bzip2; give it a name that ends in .bz2",
            "PK\u0003\u0004", "it is a zip archive; unpack it",
            "\u00FD7zX", "it is compressed with xz; compress it with gzip, or not at all",
            "(\u00B5/\u00FD", "it is compressed with zstd; compress it with gzip, or not at all",
            "\u00FE\u00FF", UTF_16,
            "\u00FF\u00FE", UTF_16);

    private FileMarks() {}

    /**
     * Refuses what is no text.
     *
     * @param head holds the file's first bytes
     * @param length how many they are
     * @param path for the message
     * @throws DataException that says what the file is
     */
    static void requireText(byte[] head, int length, String path) {
        String start = new String(head, 0, Math.min(length, LONGEST), StandardCharsets.ISO_8859_1);
        TOLD.forEach((mark, told) -> {
            if (start.startsWith(mark)) {
                throw new DataException("Cannot read " + path + ": " + told);
            }
        });
    }
}
