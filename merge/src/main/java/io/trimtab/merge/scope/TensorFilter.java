package io.trimtab.merge.scope;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Some of a model's tensors, by name: those that a pattern of {@code include} fits and none of {@code exclude} does. */
public record TensorFilter(List<TensorPattern> include, List<TensorPattern> exclude) implements Serializable {

    /** All tensors. */
    public static final TensorFilter ALL = allBut(List.of());

    public TensorFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    public static TensorFilter allBut(List<TensorPattern> exclude) {
        return new TensorFilter(List.of(TensorPattern.EVERYTHING), exclude);
    }

    public boolean has(String tensor) {
        return include.stream().anyMatch(pattern -> pattern.fits(tensor))
                && exclude.stream().noneMatch(pattern -> pattern.fits(tensor));
    }

    /** The first pattern that fits none of these tensors: most likely a slip, which would silently change what is trained. */
    public Optional<TensorPattern> firstWithout(Collection<String> tensors) {
        return Stream.concat(include.stream(), exclude.stream())
                .filter(pattern -> tensors.stream().noneMatch(pattern::fits))
                .findFirst();
    }
}
