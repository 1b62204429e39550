package io.trimtab.merge;

import io.trimtab.merge.shard.ParameterLayout;
import java.util.Arrays;

/** A model that is two arrays, to be worked on where they lie, or not. */
public final class ArrayMemory implements ParameterMemory {

    private final ParameterLayout layout;
    public final float[] weights;
    public final float[] gradients;
    private final boolean inPlace;

    public ArrayMemory(ParameterLayout layout, float[] weights) {
        this(layout, weights, false);
    }

    public ArrayMemory(ParameterLayout layout, float[] weights, boolean inPlace) {
        this.layout = layout;
        this.inPlace = inPlace;
        this.weights = weights.clone();
        this.gradients = new float[weights.length];
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public void readGradients(long offset, float[] target, int at, int length) {
        System.arraycopy(gradients, (int) offset, target, at, length);
    }

    @Override
    public void zeroGradients() {
        Arrays.fill(gradients, 0.0f);
    }

    @Override
    public void readWeights(long offset, float[] target, int at, int length) {
        System.arraycopy(weights, (int) offset, target, at, length);
    }

    @Override
    public void writeWeights(long offset, float[] source, int at, int length) {
        System.arraycopy(source, at, weights, (int) offset, length);
    }

    /** Several, so that tests in either place see them. */
    @Override
    public int threads() {
        return 3;
    }

    @Override
    public boolean isInPlace() {
        return inPlace;
    }

    @Override
    public void writeGradients(long offset, float[] source, int at, int length) {
        System.arraycopy(source, at, gradients, (int) offset, length);
    }
}
