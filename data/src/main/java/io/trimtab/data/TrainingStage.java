package io.trimtab.data;

import java.util.Locale;

/** What a run trains on; decides which columns a row must have. */
public enum TrainingStage {
    PRETRAIN,
    SFT,
    DPO,
    KTO;

    /** Name in configuration and messages. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
