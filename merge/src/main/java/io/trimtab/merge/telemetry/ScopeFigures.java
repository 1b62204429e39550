package io.trimtab.merge.telemetry;

import io.trimtab.merge.scope.TensorScope;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.shard.ParameterLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Alpha and density of a step for the telemetry: means over the parameters that the rule touches, of the whole model and of each group of its tensors. */
final class ScopeFigures {

    /** @param merged whether the rule touches any of them */
    private record Means(boolean merged, double density, double alpha) {}

    private final MergeRuleName rule;
    private final Means whole;
    private final List<Means> groups;

    private ScopeFigures(MergeRuleName rule, Means whole, List<Means> groups) {
        this.rule = rule;
        this.whole = whole;
        this.groups = groups;
    }

    /** @param names of the groups, those of {@link Sample} */
    static ScopeFigures of(MergeRuleName rule, TensorScopes scopes, List<String> names) {
        List<Means> groups = new ArrayList<>();
        for (String name : names) {
            groups.add(means(scopes, tensor -> Sample.group(tensor.name()).equals(name)));
        }
        return new ScopeFigures(rule, means(scopes, tensor -> true), groups);
    }

    private static Means means(TensorScopes scopes, Predicate<ParameterLayout.Tensor> wanted) {
        Predicate<ParameterLayout.Tensor> merged = tensor -> scopes.merged(tensor.id()) && wanted.test(tensor);
        return new Means(
                scopes.layout().tensors().stream().anyMatch(merged),
                scopes.mean(TensorScope::density, merged),
                scopes.mean(TensorScope::alpha, merged));
    }

    void addWholeTo(Map<String, Double> figures, double alphaFactor) {
        add(figures, whole, alphaFactor);
    }

    void addGroupTo(Map<String, Double> figures, int group, double alphaFactor) {
        add(figures, groups.get(group), alphaFactor);
    }

    private void add(Map<String, Double> figures, Means means, double alphaFactor) {
        if (means.merged() && rule.merges()) {
            figures.put("alpha", means.alpha() * alphaFactor);
        }
        if (means.merged() && rule.sparsifies()) {
            figures.put("density", means.density());
        }
    }
}
