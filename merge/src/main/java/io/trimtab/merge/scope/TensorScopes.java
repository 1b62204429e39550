package io.trimtab.merge.scope;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.depth.Depths;
import io.trimtab.merge.shard.ParameterLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** {@link MergeScope} worked out for every tensor of a model: decided once, asked by tensor id ever after. */
public final class TensorScopes {

    private final ParameterLayout layout;
    private final Map<Integer, TensorScope> scopes = new HashMap<>();

    private TensorScopes(ParameterLayout layout) {
        this.layout = layout;
    }

    public static TensorScopes of(MergeScope scope, ParameterLayout layout) {
        TensorScopes all = new TensorScopes(layout);
        Depths depths = Depths.of(
                layout.tensors().stream().map(ParameterLayout.Tensor::name).toList());
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            all.scopes.put(tensor.id(), scope.of(tensor.name(), depths.of(tensor.name())));
        }
        return all;
    }

    public ParameterLayout layout() {
        return layout;
    }

    public TensorScope of(int tensor) {
        return requireNonNull(scopes.get(tensor), "no such tensor");
    }

    public boolean merged(int tensor) {
        return of(tensor).merged();
    }

    public double density(int tensor) {
        return of(tensor).density();
    }

    /** How many parameters the rule touches. */
    public long mergedParameters() {
        return layout.tensors().stream()
                .filter(tensor -> merged(tensor.id()))
                .mapToLong(ParameterLayout.Tensor::length)
                .sum();
    }

    /** Over all tensors; 0 where there are none. */
    public double largest(ToDoubleFunction<TensorScope> value) {
        return scopes.values().stream().mapToDouble(value).max().orElse(0.0);
    }

    /** Mean over the parameters that the rule touches; 0 where there are none. */
    public double meanAlpha() {
        return mean(TensorScope::alpha, tensor -> merged(tensor.id()));
    }

    /** Mean over all parameters, the untouched ones too. */
    public double meanOverAll(ToDoubleFunction<TensorScope> value) {
        return mean(value, tensor -> true);
    }

    /** Mean over the parameters of some tensors, 0 where there are none; as a mean distance from the first value, so that equal values have exactly that mean. */
    public double mean(ToDoubleFunction<TensorScope> value, Predicate<ParameterLayout.Tensor> wanted) {
        double first = 0.0;
        double sum = 0.0;
        double count = 0.0;
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            if (tensor.length() > 0 && wanted.test(tensor)) {
                double here = value.applyAsDouble(of(tensor.id()));
                first = count == 0.0 ? here : first;
                sum += tensor.length() * (here - first);
                count += tensor.length();
            }
        }
        return count == 0.0 ? 0.0 : first + sum / count;
    }
}
