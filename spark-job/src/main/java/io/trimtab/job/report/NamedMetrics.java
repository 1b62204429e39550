package io.trimtab.job.report;

/** The curves of one run under the name it has on a page; the name is empty where a page shows one run alone. */
record NamedMetrics(String name, MetricCurves metrics) {}
