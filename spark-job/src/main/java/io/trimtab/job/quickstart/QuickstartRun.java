package io.trimtab.job.quickstart;

/**
 * One run of the demonstration.
 *
 * @param name its folder
 * @param description one line for the table and the page
 * @param configuration HOCON, as a user would write it
 */
record QuickstartRun(String name, String description, String configuration) {}
