package io.trimtab.job.config;

import io.trimtab.job.config.MergeNode.Group;
import io.trimtab.job.config.MergeNode.Items;
import io.trimtab.merge.offline.HmaSettings;
import io.trimtab.merge.offline.MergeMethod;
import io.trimtab.merge.offline.MergeRecipe;
import io.trimtab.merge.offline.MergeRecipe.Input;
import io.trimtab.merge.offline.MergeRecipe.Layers;
import io.trimtab.merge.offline.MergeRecipe.Slice;
import io.trimtab.merge.offline.MergeRecipe.Sweep;
import io.trimtab.merge.offline.Mismatch;
import io.trimtab.model.weights.WeightType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From the keys of a merge file to an order: everything the field writes is done or refused by name. */
final class MergeReader {
    private static final long SEED = 42;
    private static final Set<String> KEYS = Set.of(
            "merge_method",
            "base_model",
            "models",
            "slices",
            "parameters",
            "dtype",
            "out_dtype",
            "tokenizer_source",
            "tokenizer",
            "sweep",
            "mismatch",
            "seed",
            "hma",
            "name",
            "chat_template");
    private static final Map<String, String> NOT_DONE =
            Map.of("modules", "the parts of a model are merged alike; write models or slices");
    private static final List<String> SWEPT = List.of("weight", "lambda", "t");

    private final List<String> problems = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final MergeFields fields = new MergeFields(problems);
    private final MergeNode node;

    MergeReader(MergeNode node) {
        this.node = node;
    }

    /** @throws ConfigurationException with every problem at once */
    MergeOrder read() {
        Optional<MergeOrder> order = fields.asGroup("the file", node).flatMap(this::order);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return order.orElseThrow(() -> new IllegalStateException("A merge file without an order has no problem"));
    }

    private Optional<MergeOrder> order(Group root) {
        fields.requireKnown(root, KEYS, NOT_DONE);
        if (root.fields().containsKey("name")) {
            notes.add("name is ignored: the folder of --output names the result");
        }
        Optional<MergeMethod> method = method(root);
        if (method.isEmpty()) {
            return Optional.empty();
        }
        MergeParameters parameters = new MergeParameters(fields, method.get(), notes);
        List<Slice> slices = slices(root, parameters);
        MergeRecipe recipe = new MergeRecipe(
                method.get(),
                model(root, "base_model").orElse(null),
                slices,
                parameters.read(root),
                hma(root, method.get()),
                sweep(root),
                fields.word(root, "mismatch", words(Mismatch.values()))
                        .map(word -> Mismatch.valueOf(word.toUpperCase(Locale.ROOT)))
                        .orElse(Mismatch.REFUSE),
                fields.number(root, "seed").map(BigDecimal::longValue).orElse(SEED));
        TokenizerReader tokens = new TokenizerReader(fields);
        return Optional.of(new MergeOrder(
                recipe,
                type(root),
                tokens.source(root, recipe.models()),
                tokens.chatTemplate(root),
                List.of(),
                List.copyOf(notes)));
    }

    private Optional<MergeMethod> method(Group root) {
        Optional<String> name = fields.text(root, "merge_method").map(MergeNode::key);
        if (name.isEmpty()) {
            fields.problem(root, "merge_method is not set; it is one of " + Arrays.toString(MergeMethod.values()));
            return Optional.empty();
        }
        Optional<MergeMethod> method = MergeMethod.of(name.get());
        if (method.isEmpty()) {
            fields.problem(
                    root.fields().getOrDefault("merge_method", root),
                    "merge_method " + name.get() + " is not done; these are: " + Arrays.toString(MergeMethod.values()));
        }
        return method;
    }

    private List<Slice> slices(Group root, MergeParameters parameters) {
        boolean whole = root.fields().containsKey("models");
        if (whole == root.fields().containsKey("slices")) {
            fields.problem(root, "either models or slices must be set, " + (whole ? "not both" : "and neither is"));
            return List.of();
        }
        if (whole) {
            List<Input> inputs = new ArrayList<>();
            for (Group item : fields.groups(root, "models")) {
                fields.requireKnown(item, Set.of("model", "parameters"), Map.of());
                requiredModel(item)
                        .ifPresent(model -> inputs.add(new Input(model, Optional.empty(), parameters.read(item))));
            }
            return List.of(new Slice(inputs, null, Map.of()));
        }
        return fields.groups(root, "slices").stream()
                .map(item -> slice(item, parameters))
                .toList();
    }

    private Slice slice(Group item, MergeParameters parameters) {
        fields.requireKnown(
                item,
                Set.of("sources", "base_model", "parameters"),
                Map.of("residual_weight", "mergekit does nothing with it either"));
        List<Input> inputs = new ArrayList<>();
        if (!item.fields().containsKey("sources")) {
            fields.problem(item, "a slice has no sources");
        }
        for (Group source : fields.groups(item, "sources")) {
            fields.requireKnown(source, Set.of("model", "layer_range", "parameters"), Map.of());
            Optional<Layers> layers = layers(source);
            requiredModel(source).ifPresent(model -> inputs.add(new Input(model, layers, parameters.read(source))));
        }
        return new Slice(inputs, model(item, "base_model").orElse(null), parameters.read(item));
    }

    private Optional<Layers> layers(Group source) {
        MergeNode range = source.fields().get("layer_range");
        if (!(range instanceof Items list) || list.items().size() != 2) {
            fields.problem(range == null ? source : range, "layer_range must be [first, end], layers counted from 0");
            return Optional.empty();
        }
        Optional<Integer> first = fields.wholeNumber(list.items().get(0), "layer_range");
        Optional<Integer> end = fields.wholeNumber(list.items().get(1), "layer_range");
        if (first.isEmpty() || end.isEmpty()) {
            return Optional.empty();
        }
        if (first.get() < 0 || end.get() <= first.get()) {
            fields.problem(range, "layer_range must begin at 0 or later and end behind its begin: " + range.shown());
            return Optional.empty();
        }
        return Optional.of(new Layers(first.get(), end.get()));
    }

    private Optional<String> requiredModel(Group item) {
        if (!item.fields().containsKey("model")) {
            fields.problem(item, "model is not set; it names a model folder");
        }
        return model(item, "model");
    }

    private Optional<String> model(Group item, String key) {
        Optional<String> model = new ModelName(fields).read(item, key);
        if (model.filter(String::isBlank).isPresent()) {
            fields.problem(item.fields().getOrDefault(key, item), key + " is empty; it names a model folder");
        }
        return model;
    }

    private Optional<WeightType> type(Group root) {
        Optional<WeightType> dtype = type(root, "dtype");
        Optional<WeightType> outDtype = type(root, "out_dtype");
        return outDtype.or(() -> dtype);
    }

    private Optional<WeightType> type(Group root, String key) {
        Optional<String> word = fields.text(root, key);
        Optional<WeightType> type = word.flatMap(WeightType::ofConfigName);
        if (word.isPresent() && type.isEmpty()) {
            List<String> names = Arrays.stream(WeightType.values())
                    .map(WeightType::configName)
                    .toList();
            fields.problem(root.fields().getOrDefault(key, root), key + " must be one of " + names + ": " + word.get());
        }
        return type;
    }

    private Optional<Sweep> sweep(Group root) {
        Optional<Group> sweep = fields.group(root, "sweep");
        if (sweep.isEmpty()) {
            return Optional.empty();
        }
        fields.requireKnown(sweep.get(), Set.copyOf(SWEPT), Map.of());
        List<String> named =
                SWEPT.stream().filter(sweep.get().fields()::containsKey).toList();
        if (named.size() != 1) {
            fields.problem(sweep.get(), "sweep must name one of " + SWEPT + " with a list of values: " + named);
            return Optional.empty();
        }
        List<BigDecimal> values = fields.numbers(sweep.get(), named.get(0));
        if (new HashSet<>(values.stream().map(BigDecimal::stripTrailingZeros).toList()).size() < values.size()) {
            fields.problem(sweep.get(), "sweep has a value twice, and both would be one folder: " + values);
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new Sweep(named.get(0), values));
    }

    private Optional<HmaSettings> hma(Group root, MergeMethod method) {
        Optional<Group> group = fields.group(root, "hma");
        if (method == MergeMethod.HMA && !root.fields().containsKey("hma")) {
            fields.problem(root, "hma is not set; merge_method hma needs hma { alpha, alpha-on }");
        }
        if (method != MergeMethod.HMA && group.isPresent()) {
            notes.add("hma is ignored: " + method + " does not use it");
            return Optional.empty();
        }
        return group.flatMap(asked -> new HmaReader(fields).read(asked));
    }

    private static List<String> words(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
