package io.trimtab.merge.offline;

import java.util.ArrayList;
import java.util.List;

/** The arrays of one thread, kept from tensor to tensor: what a merge takes of memory does not grow with the model. */
final class Workspace {

    private final List<float[]> inputs = new ArrayList<>();
    private final List<float[]> scratch = new ArrayList<>();

    /** At least so many arrays of at least that length; what they hold stays until the next longer one is asked for. */
    float[][] inputs(int count, int length) {
        float[][] arrays = new float[count][];
        for (int i = 0; i < count; i++) {
            arrays[i] = array(inputs, i, length);
        }
        return arrays;
    }

    float[] scratch(int index, int length) {
        return array(scratch, index, length);
    }

    private static float[] array(List<float[]> arrays, int index, int length) {
        while (arrays.size() <= index) {
            arrays.add(new float[0]);
        }
        if (arrays.get(index).length < length) {
            arrays.set(index, new float[Math.max(length, Math.min(2 * length, Pieces.LENGTH))]);
        }
        return arrays.get(index);
    }
}
