package io.trimtab.merge.consensus;

/** How the SFT delta and the step, both sparsified, add up in a weight; immutable. {@link TileSum} does it for many of them. */
public sealed interface Consensus permits WeightedSum, SignVote, StepAlone {

    /** What of an entry of the SFT delta arrives beside an entry of the step. */
    float tauTerm(float tau, float delta);

    /** What of the step's entry arrives. */
    float deltaTerm(float tau, float delta);

    /** What the step's entry is multiplied by where that of the SFT delta is 0. */
    float stepShare();

    /** Makes the sums of both terms from the first {@code count} pairs; taus and deltas may be used up on the way. */
    void sum(float[] taus, float[] deltas, int count, float[] sums);
}
