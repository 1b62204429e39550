package io.trimtab.model.loss;

import java.io.Serializable;

/** A loss and its numbers, in TRL's names: {@code sigmoid} (DPO, with label smoothing cDPO), {@code kto}, {@code sft}. */
public record LossSettings(
        String name, double beta, double labelSmoothing, double desirableWeight, double undesirableWeight)
        implements Serializable {}
