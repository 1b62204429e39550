package io.trimtab.data.rows;

import java.util.Locale;

/** Where rows come from. JSON means JSON Lines or arrays; JSON and CSV may be compressed. */
public enum DataFormat {
    JSON,
    CSV,
    PARQUET,
    DELTA,
    ICEBERG,
    /** A table of a Spark catalog. */
    TABLE,
    /** What an SQL query gives. */
    SQL;

    /** As the configuration spells it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a path leads to files whose rows have places of their own. */
    public boolean isFiles() {
        return this == JSON || this == CSV || this == PARQUET;
    }
}
