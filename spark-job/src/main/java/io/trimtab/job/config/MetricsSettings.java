package io.trimtab.job.config;

import java.io.Serializable;
import java.time.Duration;

/** How training reports; metrics.jsonl has every step whatever stands here. */
public record MetricsSettings(Duration consoleInterval) implements Serializable {}
