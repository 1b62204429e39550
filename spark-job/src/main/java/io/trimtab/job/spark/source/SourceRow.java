package io.trimtab.job.spark.source;

import io.trimtab.data.files.JsonLine;

/** A row of a user's table with its place: the row itself, or why its container gave none. Stays inside a task. */
public record SourceRow(Place place, JsonLine line) {}
