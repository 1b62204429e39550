package io.trimtab.merge.offline;

import java.util.List;

/**
 * Heterogeneous Model Averaging (arXiv 2309.06256): {@code alpha_k theta0 + (1 - alpha_k) theta} in the k-th block of layers, or the other way round;
 * theta0 is the model before alignment, the base. Authors disagree with themselves on the direction: their formula puts alpha on the
 * aligned model, their code on the one before. So it has no default.
 *
 * @param alphas one for each block, from the first layers to the last; beyond 1 is allowed, their code does not clamp
 * @param onBase whether alpha weighs the base
 * @param released as in their code: embeddings and norms are the base's. Else all tensors are averaged, those outside of layers with the mean alpha,
 *     which the head has in either case
 */
public record HmaSettings(List<Double> alphas, boolean onBase, boolean released) {

    private static final int SHORT_MODEL = 16;
    private static final int LONG_MODEL = 30;

    public HmaSettings {
        alphas = List.copyOf(alphas);
        if (alphas.isEmpty() || !alphas.stream().allMatch(alpha -> Double.isFinite(alpha) && alpha >= 0)) {
            throw new IllegalArgumentException("HMA needs one alpha of at least 0 for each block: " + alphas);
        }
    }

    /**
     * The coefficients of their search variables s: {@code alpha_k = alpha K (sigma(s_k) + eps) / sum_j (sigma(s_j) + eps)}, whose mean is alpha. The
     * factor K is in their code and missing in the paper's equation 11.
     */
    public static List<Double> alphas(List<Double> s, double alpha, double eps) {
        List<Double> raised =
                s.stream().map(value -> 1.0 / (1.0 + Math.exp(-value)) + eps).toList();
        double sum = raised.stream().mapToDouble(Double::doubleValue).sum();
        return raised.stream().map(value -> alpha * s.size() * value / sum).toList();
    }

    /** Weight of the base in a layer. */
    double baseWeight(int layer, int layers) {
        return onBase(alphas.get(block(layer, layers)));
    }

    /** Weight of the base outside of layers. */
    double meanBaseWeight() {
        return onBase(alphas.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    }

    private double onBase(double alpha) {
        return onBase ? alpha : 1.0 - alpha;
    }

    /**
     * Three blocks end before layers 8 and 16, in models of more than 30 layers before 11 and 21; other numbers of blocks, and models too short for
     * this, have blocks of floor(layers / blocks) layers, the rest in the last.
     */
    int block(int layer, int layers) {
        int blocks = alphas.size();
        if (blocks == 3 && layers > SHORT_MODEL) {
            int second = layers > LONG_MODEL ? 11 : 8;
            int third = layers > LONG_MODEL ? 21 : 16;
            return layer < second ? 0 : layer < third ? 1 : 2;
        }
        return Math.min(blocks - 1, layer / Math.max(1, layers / blocks));
    }
}
