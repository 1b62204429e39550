package io.trimtab.job.config;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A merge file in YAML, as mergekit's are. Nothing in it is ever made into an object of a class that it names. */
final class YamlNodes {

    /** An anchor may stand inside of what it names: such a file has no end. */
    private static final int DEEPEST = 32;

    private final Path file;

    private YamlNodes(Path file) {
        this.file = file;
    }

    /** @throws ConfigurationException with the place of what is not YAML */
    static MergeNode read(Path file) {
        try (Reader text = Files.newBufferedReader(file)) {
            Node root = new Yaml(new LoaderOptions()).compose(text);
            return Optional.ofNullable(root)
                    .flatMap(node -> new YamlNodes(file).node(node, 0))
                    .orElseThrow(() -> new ConfigurationException(List.of(file + ": the file is empty")));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new ConfigurationException(List.of(file + ": " + line + ": " + e.getProblem()));
        } catch (YAMLException e) {
            throw new ConfigurationException(List.of(file + ": " + e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }

    private String place(Node node) {
        return file + ": " + (node.getStartMark().getLine() + 1);
    }

    /** Empty for null. */
    private Optional<MergeNode> node(Node node, int depth) {
        if (depth > DEEPEST) {
            throw new ConfigurationException(List.of(place(node) + ": is nested more than " + DEEPEST + " deep"));
        }
        if (node instanceof MappingNode mapping) {
            return Optional.of(group(mapping, depth));
        }
        if (node instanceof SequenceNode sequence) {
            List<MergeNode> items = new ArrayList<>();
            sequence.getValue().forEach(item -> node(item, depth + 1).ifPresent(items::add));
            return Optional.of(new MergeNode.Items(items, place(node)));
        }
        return node.getTag().equals(Tag.NULL)
                ? Optional.empty()
                : Optional.of(new MergeNode.Scalar(((ScalarNode) node).getValue(), place(node)));
    }

    private MergeNode.Group group(MappingNode mapping, int depth) {
        Map<String, MergeNode> fields = new LinkedHashMap<>();
        for (NodeTuple field : mapping.getValue()) {
            if (!(field.getKeyNode() instanceof ScalarNode name)
                    || name.getTag().equals(Tag.MERGE)) {
                throw new ConfigurationException(
                        List.of(place(field.getKeyNode()) + ": a key must be a plain word here"));
            }
            String key = MergeNode.key(name.getValue());
            node(field.getValueNode(), depth + 1).ifPresent(value -> {
                if (fields.put(key, value) != null) {
                    throw new ConfigurationException(List.of(place(name) + ": " + name.getValue() + " is set twice"));
                }
            });
        }
        return new MergeNode.Group(fields, place(mapping));
    }
}
