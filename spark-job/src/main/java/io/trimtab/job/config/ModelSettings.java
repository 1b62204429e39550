package io.trimtab.job.config;

import io.trimtab.model.Precision;
import io.trimtab.model.engine.DeviceChoice;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The models of a run, folders in Hugging Face layout.
 *
 * @param policy where training starts; null exactly when {@code initialize} is given
 * @param base before SFT; always present where the merge rule uses the SFT delta
 * @param reference frozen model of DPO and KTO; null exactly when {@code initialize} is given
 * @param initialize path of a config.json with tokenizer files beside it; weights are drawn from training.seed
 * @param precision fp32 or bf16, of the policy, the reference and whatever is evaluated
 * @param device where each rank and each scoring task computes
 * @param baseMismatch what to do where base and policy have other shapes
 */
public record ModelSettings(
        @Nullable String policy,
        @Nullable String base,
        @Nullable String reference,
        @Nullable String initialize,
        Precision precision,
        ActivationCheckpointing activationCheckpointing,
        DeviceChoice device,
        BaseMismatch baseMismatch)
        implements Serializable {

    /** Refuses a base of other shapes. */
    public ModelSettings(
            @Nullable String policy,
            @Nullable String base,
            @Nullable String reference,
            @Nullable String initialize,
            Precision precision,
            ActivationCheckpointing activationCheckpointing,
            DeviceChoice device) {
        this(policy, base, reference, initialize, precision, activationCheckpointing, device, BaseMismatch.REFUSE);
    }
}
