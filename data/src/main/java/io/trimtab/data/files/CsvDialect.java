package io.trimtab.data.files;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * How a CSV file is written: RFC 4180 unless told otherwise.
 *
 * @param escape the character that makes a quote inside a quoted cell part of the text, beside doubling it; the quote itself: none
 * @param header whether each file's first row names the columns; else they are _c0, _c1 … as Spark calls them
 */
public record CsvDialect(char delimiter, char quote, char escape, boolean header) implements Serializable {
    /** What {@code options} of a CSV source may set. */
    public static final List<String> OPTIONS = List.of("delimiter", "quote", "escape", "header");

    public static final CsvDialect STANDARD = new CsvDialect(',', '"', '"', true);

    public CsvDialect {
        if (delimiter == quote || delimiter == escape) {
            throw new IllegalArgumentException("delimiter must be another character than quote and escape");
        }
    }

    /**
     * The dialect of a source's options, by the names in {@link #OPTIONS}.
     *
     * @throws IllegalArgumentException that says what is wrong with which option
     */
    public static CsvDialect of(Map<String, String> options) {
        char quote = character("quote", options.getOrDefault("quote", "\""));
        String header = options.getOrDefault("header", "true");
        if (!header.equals("true") && !header.equals("false")) {
            throw new IllegalArgumentException("header must be true or false");
        }
        return new CsvDialect(
                character("delimiter", options.getOrDefault("delimiter", ",")),
                quote,
                character("escape", options.getOrDefault("escape", String.valueOf(quote))),
                header.equals("true"));
    }

    /** ASCII only: such a byte is never part of another character in UTF-8. */
    private static char character(String name, String text) {
        String value = text.equals("\\t") ? "\t" : text;
        if (value.length() != 1 || value.charAt(0) >= 0x80 || value.charAt(0) == '\n' || value.charAt(0) == '\r') {
            throw new IllegalArgumentException(name + " must be one ASCII character, and no line break");
        }
        return value.charAt(0);
    }
}
