package io.trimtab.job.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * How training reports; metrics.jsonl has every step whatever stands here.
 *
 * @param tensorBoard whether event files are written beside it
 */
public record MetricsSettings(Duration consoleInterval, boolean tensorBoard) implements Serializable {}
