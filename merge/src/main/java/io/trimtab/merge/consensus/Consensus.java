package io.trimtab.merge.consensus;

/** How the SFT delta and the step, both sparsified, add up in a weight; immutable. */
public sealed interface Consensus permits WeightedSum, SignVote, StepAlone {

    /** What of an entry of the SFT delta arrives beside an entry of the step. */
    float tauTerm(float tau, float delta);

    /** What of the step's entry arrives. */
    float deltaTerm(float tau, float delta);

    /** Adds both terms to the weights of one block from one index up to another. */
    void addTo(float[] weights, float[] delta, float[] tau, int from, int to);
}
