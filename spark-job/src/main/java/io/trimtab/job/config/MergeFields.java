package io.trimtab.job.config;

import io.trimtab.job.config.MergeNode.Group;
import io.trimtab.job.config.MergeNode.Items;
import io.trimtab.job.config.MergeNode.Scalar;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads typed fields of groups and collects what is wrong with them, each with its place. */
final class MergeFields {
    private final List<String> problems;

    MergeFields(List<String> problems) {
        this.problems = problems;
    }

    void problem(MergeNode at, String what) {
        problems.add(at.place() + ": " + what);
    }

    /** Names every key of a group that is neither known nor refused for a reason. */
    void requireKnown(Group group, Set<String> known, Map<String, String> refused) {
        group.fields().forEach((key, value) -> {
            if (refused.containsKey(key)) {
                problem(value, key + " is not done: " + refused.get(key));
            } else if (!known.contains(key)) {
                problem(value, "unknown key " + key + Nearest.hint(key, known));
            }
        });
    }

    Optional<Group> group(Group in, String key) {
        return Optional.ofNullable(in.fields().get(key)).flatMap(node -> asGroup(key, node));
    }

    Optional<Group> asGroup(String key, MergeNode node) {
        if (node instanceof Group group) {
            return Optional.of(group);
        }
        problem(node, key + " must be a group of keys: " + node.shown());
        return Optional.empty();
    }

    List<MergeNode> items(Group in, String key) {
        MergeNode node = in.fields().get(key);
        if (node == null) {
            return List.of();
        }
        if (node instanceof Items list && !list.items().isEmpty()) {
            return list.items();
        }
        problem(node, key + " must be a list with at least one item: " + node.shown());
        return List.of();
    }

    List<Group> groups(Group in, String key) {
        List<Group> groups = new ArrayList<>();
        items(in, key).forEach(item -> asGroup("each of " + key, item).ifPresent(groups::add));
        return groups;
    }

    Optional<String> text(Group in, String key) {
        MergeNode node = in.fields().get(key);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof Scalar scalar) {
            return Optional.of(scalar.text());
        }
        problem(node, key + " must be one word: " + node.shown());
        return Optional.empty();
    }

    Optional<BigDecimal> number(Group in, String key) {
        return Optional.ofNullable(in.fields().get(key)).flatMap(node -> asNumber(key, node));
    }

    Optional<BigDecimal> asNumber(String key, MergeNode node) {
        try {
            if (node instanceof Scalar scalar) {
                return Optional.of(new BigDecimal(scalar.text()));
            }
        } catch (NumberFormatException e) {
            problem(node, key + " must be a number: " + node.shown());
            return Optional.empty();
        }
        problem(node, key + " must be a number: " + node.shown());
        return Optional.empty();
    }

    List<BigDecimal> numbers(Group in, String key) {
        List<BigDecimal> numbers = new ArrayList<>();
        items(in, key).forEach(item -> asNumber("each of " + key, item).ifPresent(numbers::add));
        return numbers;
    }

    Optional<Integer> wholeNumber(MergeNode node, String key) {
        Optional<BigDecimal> number = asNumber(key, node);
        try {
            return number.map(BigDecimal::intValueExact);
        } catch (ArithmeticException e) {
            problem(node, key + " must be a whole number: " + node.shown());
            return Optional.empty();
        }
    }

    /** One of a few words, in which hyphens and underscores are the same. */
    Optional<String> word(Group in, String key, List<String> words) {
        Optional<String> text = text(in, key).map(MergeNode::key);
        if (text.isEmpty() || words.contains(text.get())) {
            return text;
        }
        problem(in.fields().getOrDefault(key, in), key + " must be one of " + words + ": " + text.get());
        return Optional.empty();
    }
}
