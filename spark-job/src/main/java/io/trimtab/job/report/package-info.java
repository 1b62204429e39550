/**
 * The HTML page of a run, made from the files of its run directory and from nothing else, so that a page can be made again years later
 * or for a run that failed. {@link io.trimtab.job.report.RunPage} shows one run, {@link io.trimtab.job.report.ComparisonPage} lays
 * several over each other. A page is one file: drawings are inline SVG, there is no script and nothing is fetched. Neither Spark, nor
 * Hadoop, nor models enter here; {@link io.trimtab.job.report.RunFiles} is how a run directory on any file system is read.
 */
@NullMarked
package io.trimtab.job.report;

import org.jspecify.annotations.NullMarked;
