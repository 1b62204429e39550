package io.trimtab.job.report;

/**
 * One line of a chart.
 *
 * @param colour which of the page's colours, from 0
 */
record Curve(String label, Points points, int colour) {}
