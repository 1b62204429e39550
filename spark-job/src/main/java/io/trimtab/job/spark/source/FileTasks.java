package io.trimtab.job.spark.source;

import java.util.List;

/**
 * What every task reads of a table's files, in the table's order.
 *
 * @param uneven whether cores would have nothing to do because a file cannot be cut: its rows are worth being dealt out
 */
record FileTasks(List<List<FileRange>> ranges, boolean uneven) {}
