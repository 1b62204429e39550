/**
 * A user's table as rows with their places: JSON and CSV parsed by {@code data}, Parquet, and whatever Spark SQL gives. {@link
 * io.trimtab.job.spark.source.Table} is the door. What a row means is decided by {@code data.rows}, not here.
 */
@NullMarked
package io.trimtab.job.spark.source;

import org.jspecify.annotations.NullMarked;
