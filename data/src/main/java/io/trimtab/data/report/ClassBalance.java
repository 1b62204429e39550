package io.trimtab.data.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * KTO's balance of desirable and undesirable rows under their loss weights. The weighted ratio should lie between 1:1 and 4:3 (Ethayarajh
 * et al. 2024, arXiv 2402.01306, equation 8; TRL warns outside it).
 */
public record ClassBalance(long desirable, long undesirable, double desirableWeight, double undesirableWeight) {
    private static final double HIGHEST = 4.0 / 3;
    /** TRL rounds its bounds to two digits. */
    private static final double SLACK = 0.005;

    /** desirable-weight x desirable rows over undesirable-weight x undesirable rows. */
    public double ratio() {
        return desirableWeight * desirable / (undesirableWeight * undesirable);
    }

    public boolean isBalanced() {
        return ratio() >= 1 - SLACK && ratio() <= HIGHEST + SLACK;
    }

    /** The least and greatest {@code loss.desirable-weight} that balance, the other weight as it is. */
    public List<Double> desirableWeights() {
        double one = undesirableWeight * undesirable / desirable;
        return List.of(rounded(one), rounded(HIGHEST * one));
    }

    /** The least and greatest {@code loss.undesirable-weight} that balance, the other weight as it is. */
    public List<Double> undesirableWeights() {
        double one = desirableWeight * desirable / undesirable;
        return List.of(rounded(one / HIGHEST), rounded(one));
    }

    /** Under the names of data-report.json. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("desirable", desirable);
        map.put("undesirable", undesirable);
        map.put("weighted_ratio", DataReport.rounded(ratio()));
        map.put("balanced", isBalanced());
        map.put("desirable_weight", desirableWeights());
        map.put("undesirable_weight", undesirableWeights());
        return map;
    }

    /** To three significant digits: a weight of a rare class may be 0.004. */
    private static double rounded(double weight) {
        return new java.math.BigDecimal(weight)
                .round(new java.math.MathContext(3))
                .doubleValue();
    }
}
