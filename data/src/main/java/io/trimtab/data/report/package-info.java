/**
 * What became of a table: counts, lengths and what its owner should know, in a size that does not grow with it. Parts are counted one
 * by one by a {@link io.trimtab.data.report.DataTally} and add up, in any order, to a {@link io.trimtab.data.report.DataReport}, which
 * also decides whether a table may be trained on.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.data.report;
