package io.trimtab.model.loss;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * Which loss and its constants, in TRL's names. A constant that the named loss does not use has no effect.
 *
 * @param beta how strongly the policy is held to the reference; above 0
 * @param labelSmoothing share of the preference labels taken to be flipped (cDPO); at least 0, below 0.5
 * @param desirableWeight KTO's weight of desirable rows; above 0
 * @param undesirableWeight KTO's weight of undesirable rows; above 0
 */
public record LossSettings(
        String name, double beta, double labelSmoothing, double desirableWeight, double undesirableWeight)
        implements Serializable {

    public LossSettings {
        requireNonNull(name, "name is null");
        requirePositive("loss.beta", beta);
        requirePositive("loss.desirable-weight", desirableWeight);
        requirePositive("loss.undesirable-weight", undesirableWeight);
        if (!(labelSmoothing >= 0 && labelSmoothing < 0.5)) {
            throw new IllegalArgumentException(
                    "loss.label-smoothing must be at least 0 and below 0.5: " + labelSmoothing);
        }
    }

    private static void requirePositive(String key, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(key + " must be above 0 and finite: " + value);
        }
    }
}
