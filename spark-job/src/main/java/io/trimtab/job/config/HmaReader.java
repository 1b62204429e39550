package io.trimtab.job.config;

import io.trimtab.job.config.MergeNode.Group;
import io.trimtab.job.config.MergeNode.Items;
import io.trimtab.merge.offline.HmaSettings;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The group {@code hma}: {@code alpha}, one coefficient for each block, and {@code alpha-on}, the model it weighs. Or the mean {@code alpha} with
 * {@code s} and {@code eps}, the authors' search variables.
 */
record HmaReader(MergeFields fields) {

    Optional<HmaSettings> read(Group group) {
        fields.requireKnown(group, Set.of("alpha", "alpha_on", "semantics", "s", "eps"), Map.of());
        Optional<String> alphaOn = fields.word(group, "alpha_on", List.of("base", "model"));
        if (!group.fields().containsKey("alpha_on")) {
            fields.problem(
                    group,
                    "hma.alpha-on is not set; base: alpha weighs the model before alignment (the authors' code), model: the"
                            + " aligned one (their formula)");
        }
        boolean released = fields.word(group, "semantics", List.of("paper", "released"))
                .filter("released"::equals)
                .isPresent();
        List<Double> alphas = alphas(group);
        if (alphas.isEmpty() || alphaOn.isEmpty()) {
            return Optional.empty();
        }
        if (!alphas.stream().allMatch(alpha -> alpha >= 0)) {
            fields.problem(group, "hma.alpha must be at least 0 in each block: " + alphas);
            return Optional.empty();
        }
        return Optional.of(new HmaSettings(alphas, alphaOn.get().equals("base"), released));
    }

    private List<Double> alphas(Group group) {
        MergeNode alpha = group.fields().get("alpha");
        if (alpha == null) {
            fields.problem(group, "hma.alpha is not set; a list has one coefficient for each block of layers");
            return List.of();
        }
        boolean searched = group.fields().containsKey("s");
        if (alpha instanceof Items == searched) {
            fields.problem(
                    alpha, "hma.alpha must be a list, one coefficient for each block, or one number beside a list s");
            return List.of();
        }
        if (!searched) {
            return doubles(fields.numbers(group, "alpha"));
        }
        double mean = fields.number(group, "alpha").orElse(BigDecimal.ZERO).doubleValue();
        double eps = fields.number(group, "eps").orElse(BigDecimal.ZERO).doubleValue();
        return HmaSettings.alphas(doubles(fields.numbers(group, "s")), mean, eps);
    }

    private static List<Double> doubles(List<BigDecimal> numbers) {
        return numbers.stream().map(BigDecimal::doubleValue).toList();
    }
}
