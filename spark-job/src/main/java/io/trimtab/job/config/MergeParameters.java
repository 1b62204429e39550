package io.trimtab.job.config;

import io.trimtab.job.config.MergeNode.Group;
import io.trimtab.job.config.MergeNode.Items;
import io.trimtab.job.config.MergeNode.Scalar;
import io.trimtab.merge.offline.MergeMethod;
import io.trimtab.merge.offline.Setting;
import io.trimtab.merge.offline.Setting.Choice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The groups {@code parameters}: values, gradients and values by filter, their types checked. */
final class MergeParameters {
    private static final Set<String> NUMBERS = Set.of("weight", "density", "gamma", "epsilon", "lambda", "t");
    private static final Set<String> FLAGS =
            Set.of("normalize", "int8_mask", "nuslerp_row_wise", "nuslerp_flatten", "filter_wise");
    private static final Set<String> RESCALES = Set.of("l1", "inverse-density", "none");
    private static final Set<String> BOOLEANS = Set.of("true", "false", "yes", "no", "on", "off", "1", "0");
    private static final Set<String> KNOWN = Set.of(
            "weight",
            "density",
            "gamma",
            "epsilon",
            "lambda",
            "t",
            "normalize",
            "rescale",
            "int8_mask",
            "nuslerp_row_wise",
            "nuslerp_flatten",
            "filter_wise");

    private final MergeFields fields;
    private final MergeMethod method;
    private final Set<String> notes;

    MergeParameters(MergeFields fields, MergeMethod method, Set<String> notes) {
        this.fields = fields;
        this.method = method;
        this.notes = notes;
    }

    Map<String, Setting> read(Group owner) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        fields.group(owner, "parameters").ifPresent(group -> {
            fields.requireKnown(group, KNOWN, Map.of());
            group.fields()
                    .forEach((name, value) -> setting(name, value).ifPresent(setting -> settings.put(name, setting)));
        });
        return settings;
    }

    private Optional<Setting> setting(String name, MergeNode node) {
        if (!KNOWN.contains(name)) {
            return Optional.empty();
        }
        if (name.equals("int8_mask")) {
            notes.add("int8_mask is ignored: masks are not kept in memory");
        } else if (!method.reads(name)) {
            notes.add(name + " is ignored: " + method + " does not use it");
        }
        List<Choice> choices = choices(name, node);
        return choices.isEmpty() ? Optional.empty() : Optional.of(new Setting(choices));
    }

    private List<Choice> choices(String name, MergeNode node) {
        if (node instanceof Group group) {
            return filtered(name, group).stream().toList();
        }
        if (node instanceof Items list && list.items().stream().anyMatch(Group.class::isInstance)) {
            List<Choice> choices = new ArrayList<>();
            for (MergeNode item : list.items()) {
                fields.asGroup("each of " + name, item)
                        .flatMap(group -> filtered(name, group))
                        .ifPresent(choices::add);
            }
            return choices;
        }
        return choice(name, null, node).stream().toList();
    }

    private Optional<Choice> filtered(String name, Group group) {
        fields.requireKnown(group, Set.of("filter", "value"), Map.of());
        MergeNode value = group.fields().get("value");
        if (value == null) {
            fields.problem(group, name + " has a filter without a value");
            return Optional.empty();
        }
        return choice(name, fields.text(group, "filter").orElse(null), value);
    }

    private Optional<Choice> choice(String name, @Nullable String filter, MergeNode value) {
        List<MergeNode> nodes = value instanceof Items list ? list.items() : List.of(value);
        List<String> values = new ArrayList<>();
        for (MergeNode node : nodes) {
            if (node instanceof Scalar scalar && isTyped(name, scalar.text())) {
                values.add(scalar.text());
            } else {
                fields.problem(node, name + " must be " + expected(name) + ": " + node.shown());
            }
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new Choice(filter, values));
    }

    private static boolean isTyped(String name, String text) {
        String word = text.toLowerCase(Locale.ROOT);
        if (NUMBERS.contains(name)) {
            try {
                return Double.isFinite(Double.parseDouble(text));
            } catch (NumberFormatException e) {
                return false;
            }
        }
        return BOOLEANS.contains(word) || (!FLAGS.contains(name) && RESCALES.contains(word.replace('_', '-')));
    }

    private static String expected(String name) {
        if (NUMBERS.contains(name)) {
            return "a number";
        }
        return FLAGS.contains(name) ? "true or false" : "l1, inverse-density, none, true (l1) or false (none)";
    }
}
