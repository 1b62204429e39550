package io.trimtab.merge.vector;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND_NOT;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * In the Vector API of JDK 17. Conditions are integers, all ones or all zeros by the sign of a difference: masks of the API cost this JDK more. Both methods are long on
 * purpose: above 325 bytes of bytecode C2 does not inline them. Inlined into what calls them they exceed its limits, and every vector becomes an object (ten times as
 * slow).
 */
final class IncubatorLoops implements VectorLoops {

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTEGERS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int MAGNITUDE = 0x7fffffff;

    /** Where pairs of vectors begin that have something in the band. */
    private int[] hits = {};

    private int above;

    IncubatorLoops() {}

    @Override
    public int scan(float[] values, int from, int to, int low, int high, int[] inside) {
        if (hits.length <= to - from) {
            hits = new int[to - from + 1];
        }
        int end = to - (to - from) % (2 * LANES);
        int hit = 0;
        IntVector below = IntVector.zero(INTEGERS);
        for (int i = from; i < end; i += 2 * LANES) {
            IntVector first =
                    FloatVector.fromArray(FLOATS, values, i).reinterpretAsInts().and(MAGNITUDE);
            IntVector second = FloatVector.fromArray(FLOATS, values, i + LANES)
                    .reinterpretAsInts()
                    .and(MAGNITUDE);
            IntVector firstBeyond = first.sub(high);
            IntVector secondBeyond = second.sub(high);
            below = below.sub(firstBeyond.lanewise(ASHR, 31)).sub(secondBeyond.lanewise(ASHR, 31));
            IntVector firstInside = first.sub(low).lanewise(XOR, firstBeyond);
            IntVector secondInside = second.sub(low).lanewise(XOR, secondBeyond);
            if (firstInside.lanewise(OR, secondInside).compare(LT, 0).anyTrue()) {
                hits[hit++] = i;
            }
        }
        above = end - from - below.reduceLanes(ADD);
        hits[hit] = end;
        int count = 0;
        for (int h = 0; h <= hit; h++) {
            int last = h < hit ? hits[h] + 2 * LANES : to;
            for (int i = hits[h]; i < last; i++) {
                int magnitude = Float.floatToRawIntBits(values[i]) & MAGNITUDE;
                inside[count] = i; // without a branch: overwritten by the next one unless it is in the band
                count += ((magnitude - low) ^ (magnitude - high)) >>> 31;
            }
        }
        for (int i = end; i < to; i++) {
            above += (high - 1 - (Float.floatToRawIntBits(values[i]) & MAGNITUDE)) >>> 31;
        }
        return count;
    }

    @Override
    public int above() {
        return above;
    }

    @Override
    public void vote(
            float[] weights,
            float[] delta,
            int from,
            int to,
            float[] tau,
            float tauShare,
            float deltaShare,
            boolean weighted,
            int smallest) {
        int end = to - (to - from) % LANES;
        if (weighted) {
            for (int i = from; i < end; i += LANES) {
                IntVector bits = FloatVector.fromArray(FLOATS, delta, i).reinterpretAsInts();
                IntVector small = bits.and(MAGNITUDE).sub(smallest).lanewise(ASHR, 31);
                IntVector step = bits.lanewise(AND_NOT, small)
                        .reinterpretAsFloats()
                        .mul(deltaShare)
                        .reinterpretAsInts();
                IntVector other = FloatVector.fromArray(FLOATS, tau, i - from)
                        .mul(tauShare)
                        .reinterpretAsInts();
                IntVector sum = step.reinterpretAsFloats()
                        .add(other.reinterpretAsFloats())
                        .add(0.0f) // no -0
                        .reinterpretAsInts();
                IntVector cancelled = sum.sub(1).lanewise(AND_NOT, sum).lanewise(ASHR, 31); // where the sum is 0
                IntVector otherDiffers =
                        other.lanewise(XOR, sum).lanewise(ASHR, 31).lanewise(OR, cancelled);
                IntVector stepDiffers =
                        step.lanewise(XOR, sum).lanewise(ASHR, 31).lanewise(OR, cancelled);
                FloatVector agreed = other.lanewise(AND_NOT, otherDiffers)
                        .reinterpretAsFloats()
                        .add(step.lanewise(AND_NOT, stepDiffers).reinterpretAsFloats());
                FloatVector.fromArray(FLOATS, weights, i).add(agreed.add(0.0f)).intoArray(weights, i);
            }
        } else {
            for (int i = from; i < end; i += LANES) {
                IntVector bits = FloatVector.fromArray(FLOATS, delta, i).reinterpretAsInts();
                IntVector small = bits.and(MAGNITUDE).sub(smallest).lanewise(ASHR, 31);
                FloatVector step = bits.lanewise(AND_NOT, small).reinterpretAsFloats();
                FloatVector other = FloatVector.fromArray(FLOATS, tau, i - from);
                IntVector sum = step.add(other).add(0.0f).reinterpretAsInts(); // no -0
                IntVector stepDiffers =
                        step.reinterpretAsInts().lanewise(XOR, sum).lanewise(ASHR, 31);
                IntVector otherDiffers =
                        other.reinterpretAsInts().lanewise(XOR, sum).lanewise(ASHR, 31);
                FloatVector agreed = other.mul(tauShare)
                        .reinterpretAsInts()
                        .lanewise(AND_NOT, otherDiffers)
                        .reinterpretAsFloats()
                        .add(step.mul(deltaShare)
                                .reinterpretAsInts()
                                .lanewise(AND_NOT, stepDiffers)
                                .reinterpretAsFloats());
                FloatVector.fromArray(FLOATS, weights, i).add(agreed.add(0.0f)).intoArray(weights, i);
            }
        }
        for (int i = end; i < to; i++) {
            int bits = Float.floatToRawIntBits(delta[i]);
            float step = (bits & MAGNITUDE) < smallest ? 0.0f : delta[i];
            float other = tau[i - from];
            float stepTerm = step * deltaShare;
            float otherTerm = other * tauShare;
            float sum = weighted ? stepTerm + otherTerm : step + other;
            boolean cancelled = weighted && sum == 0.0f;
            float agreed = cancelled || step < 0.0f != sum < 0.0f ? 0.0f : stepTerm;
            agreed += cancelled || other < 0.0f != sum < 0.0f ? 0.0f : otherTerm;
            weights[i] += agreed + 0.0f;
        }
    }
}
