package io.trimtab.merge.offline;

import io.trimtab.merge.consensus.SeveralTerms;
import io.trimtab.merge.offline.MergeRecipe.Sweep;
import io.trimtab.merge.sparsify.MagnitudeBand;
import io.trimtab.merge.sparsify.RandomEntries;
import io.trimtab.merge.sparsify.RankedEntries;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.sparsify.TensorSparsifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** From a recipe's words to the computation of one tensor, every parameter checked. */
final class MergeChoice {

    private static final double NOTHING = 1e-8;

    private final MergeRecipe recipe;
    private final OutputTensor tensor;
    private final Parameters parameters;
    private final int id;
    private final long entries;
    private final Shape shape;

    /**
     * @param id of the output tensor; keys its masks
     * @param entries how many of the shape's entries are merged
     */
    MergeChoice(MergeRecipe recipe, OutputTensor tensor, int id, long entries, Shape shape) {
        this.recipe = recipe;
        this.tensor = tensor;
        this.parameters = new Parameters(tensor);
        this.id = id;
        this.entries = entries;
        this.shape = shape;
    }

    TensorMerge choose() {
        return switch (recipe.method().kind()) {
            case LINEAR -> linear();
            case TASK_VECTORS -> taskVectors();
            case SLERP -> slerp();
            case NUSLERP -> nuslerp();
            case MODEL_STOCK -> new ModelStockMerge(parameters.flag("filter_wise", false));
            case HMA -> hma();
        };
    }

    private TensorMerge linear() {
        boolean normalize = parameters.flag("normalize", recipe.method().normalizeByDefault());
        double[][] weights = weights();
        for (double[] shares : weights) {
            requireDivisor(shares, normalize, Arrays.stream(shares).sum());
        }
        return new LinearMerge(weights, normalize);
    }

    private TensorMerge taskVectors() {
        boolean normalize = parameters.flag("normalize", recipe.method().normalizeByDefault());
        double[][] weights = weights();
        List<SeveralTerms> consensus = new ArrayList<>();
        for (double[] shares : weights) {
            // All weights 0, as a gradient may begin, ask for the base itself.
            requireDivisor(
                    shares,
                    normalize && Arrays.stream(shares).anyMatch(share -> share != 0),
                    Arrays.stream(shares).sum());
            consensus.add(new SeveralTerms(shares, recipe.method().vote(), normalize));
        }
        return new TaskVectorMerge(sparsifiers(), consensus, swept("lambda", parameters.number("lambda", 1.0)));
    }

    private void requireDivisor(double[] weights, boolean normalize, double sum) {
        if (normalize && Math.abs(sum) < NOTHING) {
            throw new MergeException(
                    "Cannot merge tensor " + tensor.name() + ", the weights " + Arrays.toString(weights)
                            + " sum to 0 and normalize divides by that; change a weight or set normalize: false");
        }
    }

    private List<Supplier<TensorSparsifier>> sparsifiers() {
        Rescale rescale = parameters.rescale(recipe.method().rescaleByDefault());
        List<Supplier<TensorSparsifier>> sparsifiers = new ArrayList<>();
        for (int input : tensor.participants().others()) {
            sparsifiers.add(sparsifier(input, rescale));
        }
        return sparsifiers;
    }

    private Supplier<TensorSparsifier> sparsifier(int input, Rescale rescale) {
        double density = density(input);
        return switch (recipe.method().sparsifying()) {
            case NONE -> TensorSparsifier::keepAll;
            case RANDOM -> () -> RandomEntries.of(density, rescale, recipe.seed(), input + 1L, id);
            case LARGEST -> {
                requireNoProbability(rescale);
                yield () -> MagnitudeBand.largest(density, entries, rescale);
            }
            case BELOW_OUTLIERS -> {
                requireNoProbability(rescale);
                double gamma = inRange("gamma", parameters.number(input, "gamma", 0.01));
                yield () -> MagnitudeBand.belowOutliers(density, gamma, entries, rescale);
            }
            case RANKED -> {
                double epsilon = epsilon(input, density);
                int columns = Math.toIntExact(shape.columns());
                yield () -> RankedEntries.of(density, epsilon, columns, rescale, recipe.seed(), input + 1L, id);
            }
        };
    }

    private double density(int input) {
        return recipe.method().reads("density") ? inRange("density", parameters.number(input, "density", 1.0)) : 1.0;
    }

    private double inRange(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw parameters.wrong(name, value, "between 0 and 1");
        }
        return value;
    }

    private double epsilon(int input, double density) {
        double epsilon = parameters.number(input, "epsilon", 0.15);
        if (density < 1 && !(epsilon >= 0 && density + epsilon < 1 && density - epsilon > 0)) {
            throw parameters.wrong(
                    "epsilon", epsilon, "such that density " + density + " plus and minus epsilon lie between 0 and 1");
        }
        return epsilon;
    }

    private void requireNoProbability(Rescale rescale) {
        if (rescale == Rescale.INVERSE_DENSITY) {
            throw parameters.wrong(
                    "rescale",
                    "inverse-density",
                    "l1 or none, because " + recipe.method() + " keeps nothing by chance");
        }
    }

    private TensorMerge slerp() {
        int base = tensor.participants().base();
        double[] ts = isSwept("t") ? swept("t", 0) : new double[] {parameters.number("t")};
        return new SphericalMerge(base, tensor.participants().others()[0], false, ts, Angle.Straight.NEARLY);
    }

    private TensorMerge nuslerp() {
        int first = tensor.participants().others()[0];
        int second = tensor.participants().others()[1];
        boolean onBase = tensor.participants().base() >= 0;
        double[] ts = Arrays.stream(weights()).mapToDouble(MergeChoice::share).toArray();
        if (parameters.flag("nuslerp_flatten", true)) {
            return new SphericalMerge(first, second, onBase, ts, Angle.Straight.EXACTLY);
        }
        if (parameters.flag("nuslerp_row_wise", false)) {
            int vectors = Math.toIntExact(shape.entries() / Math.max(1, shape.rows()));
            return new ColumnwiseSphericalMerge(first, second, onBase, ts, vectors);
        }
        return new RowwiseSphericalMerge(first, second, onBase, ts);
    }

    private static double share(double[] weights) {
        double sum = weights[0] + weights[1];
        return Math.abs(sum) < 1e-6 ? 0.5 : weights[1] / sum;
    }

    private TensorMerge hma() {
        HmaSettings hma = recipe.hma()
                .orElseThrow(() -> new IllegalArgumentException("A recipe of HMA has no block coefficients"));
        boolean linear = shape.sizes().size() > 1 && !tensor.name().contains("embed");
        if (hma.released() && !linear) {
            return new KeptTensor(1);
        }
        double onBase = tensor.layer() < 0 ? hma.meanBaseWeight() : hma.baseWeight(tensor.layer(), tensor.layers());
        double[] weights = new double[2];
        weights[tensor.participants().base()] = onBase;
        weights[tensor.participants().others()[0]] = 1.0 - onBase;
        return new LinearMerge(new double[][] {weights}, false);
    }

    /** Weights of all inputs but the base, by result. */
    private double[][] weights() {
        int[] others = tensor.participants().others();
        if (isSwept("weight")) {
            return Arrays.stream(swept("weight", 0))
                    .mapToObj(weight -> new double[] {weight, 1.0 - weight})
                    .toArray(double[][]::new);
        }
        double[] weights = Arrays.stream(others)
                .mapToDouble(input -> parameters.number(input, "weight"))
                .toArray();
        double[][] same = new double[recipe.results()][];
        Arrays.fill(same, weights);
        return same;
    }

    private boolean isSwept(String name) {
        return recipe.sweep().filter(sweep -> sweep.parameter().equals(name)).isPresent();
    }

    /** By result: the sweep's values, or the same one for all. */
    private double[] swept(String name, double otherwise) {
        if (!isSwept(name)) {
            double[] same = new double[recipe.results()];
            Arrays.fill(same, otherwise);
            return same;
        }
        Sweep sweep = recipe.sweep().orElseThrow();
        return sweep.values().stream().mapToDouble(Number::doubleValue).toArray();
    }
}
