package io.trimtab.data;

/** Container of a table. JSON means JSON Lines or arrays; JSON and CSV may be compressed. */
public enum DataFormat {
    JSON,
    CSV,
    PARQUET
}
