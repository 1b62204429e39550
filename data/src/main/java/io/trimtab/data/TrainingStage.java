package io.trimtab.data;

/** What a run trains on; decides which columns a row must have. */
public enum TrainingStage {
    PRETRAIN,
    SFT,
    DPO,
    KTO
}
