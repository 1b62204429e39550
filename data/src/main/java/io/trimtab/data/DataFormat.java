package io.trimtab.data;

/** Container of a table. JSON means JSON Lines, plain or compressed. */
public enum DataFormat {
    JSON,
    PARQUET
}
