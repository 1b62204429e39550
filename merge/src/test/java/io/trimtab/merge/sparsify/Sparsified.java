package io.trimtab.merge.sparsify;

import java.util.Arrays;

/** A sparsifier's result on one tensor, shown to it in pieces. */
final class Sparsified {

    private Sparsified() {}

    static float[] of(float[] tensor, TensorSparsifier sparsifier, int pieceLength) {
        for (int pass = 0; pass < sparsifier.passes(); pass++) {
            for (int offset = 0; offset < tensor.length; offset += pieceLength) {
                float[] piece = piece(tensor, offset, pieceLength);
                sparsifier.measure(pass, piece, piece.length, offset);
            }
        }
        float[] result = new float[tensor.length];
        for (int offset = 0; offset < tensor.length; offset += pieceLength) {
            float[] piece = piece(tensor, offset, pieceLength);
            sparsifier.apply(piece, piece.length, offset);
            System.arraycopy(piece, 0, result, offset, piece.length);
        }
        return result;
    }

    private static float[] piece(float[] tensor, int offset, int pieceLength) {
        return Arrays.copyOfRange(tensor, offset, Math.min(tensor.length, offset + pieceLength));
    }
}
