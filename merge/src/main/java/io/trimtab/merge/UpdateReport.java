package io.trimtab.merge;

import io.trimtab.merge.telemetry.MergeTelemetry;

/**
 * What one step did; equal on every rank but for the seconds.
 *
 * @param gradientNorm global L2 norm of the averaged gradient before clipping
 * @param learningRate used in this step
 * @param cumulativeAlpha the alphas of all merges so far, added up; mean over the merged parameters: how many SFT deltas the run has added beyond SFT
 * @param telemetry what the merge moved
 * @param reduceSeconds waiting for and adding the other ranks' gradients
 * @param mergeSeconds norm, AdamW, sparsifying, merging
 * @param gatherSeconds handing the new weights to every rank
 */
public record UpdateReport(
        double gradientNorm,
        double learningRate,
        double cumulativeAlpha,
        MergeTelemetry telemetry,
        double reduceSeconds,
        double mergeSeconds,
        double gatherSeconds) {}
