package io.trimtab.merge.offline;

import io.trimtab.merge.sparsify.Rescale;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The methods by their names in the field. Those on task vectors are one formula, {@code base + lambda consensus(weight_i sparsify(model_i - base))}, and
 * differ in the columns of this table; defaults are those of mergekit 0.1.5, so that a configuration means here what it means there.
 */
public enum MergeMethod {
    LINEAR(Kind.LINEAR, Sparsifying.NONE, false, true, Rescale.NONE),
    TASK_ARITHMETIC(Kind.TASK_VECTORS, Sparsifying.NONE, false, false, Rescale.NONE),
    TIES(Kind.TASK_VECTORS, Sparsifying.LARGEST, true, true, Rescale.NONE),
    DARE_LINEAR(Kind.TASK_VECTORS, Sparsifying.RANDOM, false, false, Rescale.L1),
    DARE_TIES(Kind.TASK_VECTORS, Sparsifying.RANDOM, true, false, Rescale.L1),
    BREADCRUMBS(Kind.TASK_VECTORS, Sparsifying.BELOW_OUTLIERS, false, false, Rescale.NONE),
    BREADCRUMBS_TIES(Kind.TASK_VECTORS, Sparsifying.BELOW_OUTLIERS, true, false, Rescale.NONE),
    DELLA(Kind.TASK_VECTORS, Sparsifying.RANKED, true, true, Rescale.L1),
    DELLA_LINEAR(Kind.TASK_VECTORS, Sparsifying.RANKED, false, false, Rescale.L1),
    SLERP(Kind.SLERP, Sparsifying.NONE, false, false, Rescale.NONE),
    NUSLERP(Kind.NUSLERP, Sparsifying.NONE, false, false, Rescale.NONE),
    MODEL_STOCK(Kind.MODEL_STOCK, Sparsifying.NONE, false, false, Rescale.NONE),
    HMA(Kind.HMA, Sparsifying.NONE, false, false, Rescale.NONE);

    /** What a tensor's entries are computed by, and which of the field's parameters it reads. */
    enum Kind {
        LINEAR("weight", "normalize"),
        TASK_VECTORS("weight", "normalize", "lambda", "rescale", "density"),
        SLERP("t"),
        NUSLERP("weight", "nuslerp_flatten", "nuslerp_row_wise"),
        MODEL_STOCK("filter_wise"),
        HMA;

        @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
        private final List<String> parameters;

        Kind(String... parameters) {
            this.parameters = List.of(parameters);
        }
    }

    /** Which entries of a task vector stay. */
    enum Sparsifying {
        NONE,
        RANDOM,
        LARGEST,
        BELOW_OUTLIERS,
        RANKED
    }

    private final Kind kind;
    private final Sparsifying sparsifying;
    private final boolean vote;
    private final boolean normalize;
    private final Rescale rescale;

    MergeMethod(Kind kind, Sparsifying sparsifying, boolean vote, boolean normalize, Rescale rescale) {
        this.kind = kind;
        this.sparsifying = sparsifying;
        this.vote = vote;
        this.normalize = normalize;
        this.rescale = rescale;
    }

    public static Optional<MergeMethod> of(String name) {
        return Arrays.stream(values())
                .filter(method -> method.toString().equals(name))
                .findFirst();
    }

    Kind kind() {
        return kind;
    }

    Sparsifying sparsifying() {
        return sparsifying;
    }

    /** Whether signs vote, as in TIES; else terms are added. */
    boolean vote() {
        return vote;
    }

    boolean normalizeByDefault() {
        return normalize;
    }

    Rescale rescaleByDefault() {
        return rescale;
    }

    /** Whether a parameter of the field has any effect in this method. */
    public boolean reads(String parameter) {
        return switch (parameter) {
            case "density" -> sparsifying != Sparsifying.NONE;
            case "rescale" -> sparsifying != Sparsifying.NONE;
            case "gamma" -> sparsifying == Sparsifying.BELOW_OUTLIERS;
            case "epsilon" -> sparsifying == Sparsifying.RANKED;
            default -> kind.parameters.contains(parameter);
        };
    }

    /** The name in configuration files. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
