package io.trimtab.job.config;

import com.typesafe.config.ConfigException;
import io.trimtab.job.config.MergeNode.Group;
import io.trimtab.job.config.MergeNode.Items;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code --set} options over a merge file: {@code parameters.normalize=false}, or by place in a list {@code models.0.parameters.weight=0.3}. */
final class MergeSets {
    private final List<String> applied = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** Keys with or without {@code trimtab.} and {@code merge-models.}; those of a run are noted and change nothing. */
    MergeNode over(MergeNode file, List<String> sets) {
        MergeNode node = file;
        for (String set : sets) {
            node = over(node, set);
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return node;
    }

    List<String> applied() {
        return List.copyOf(applied);
    }

    /** A line for each option that changes nothing. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    private MergeNode over(MergeNode file, String set) {
        try {
            Sources.Set option = Sources.set(set);
            List<String> path = option.path();
            if (Key.PATHS.contains(String.join(".", path))) {
                notes.add(Names.ROOT + "." + String.join(".", path) + " is ignored: it belongs to runs");
                return file;
            }
            applied.add(set);
            boolean grouped = path.size() > 1 && MergeNode.key(path.get(0)).equals(MergeNode.key(HoconNodes.GROUP));
            return with(file, grouped ? path.subList(1, path.size()) : path, HoconNodes.node(option.resolved()), set);
        } catch (ConfigurationException e) {
            problems.addAll(e.problems());
        } catch (ConfigException e) {
            problems.add(Values.SET + " " + set + ": " + Sources.message(e));
        }
        return file;
    }

    private MergeNode with(@Nullable MergeNode in, List<String> path, Optional<MergeNode> value, String set) {
        String name = path.get(0);
        List<String> rest = path.subList(1, path.size());
        if (in instanceof Items list) {
            return new Items(item(list, name, rest, value, set), list.place());
        }
        Map<String, MergeNode> fields = new LinkedHashMap<>(in instanceof Group group ? group.fields() : Map.of());
        String key = MergeNode.key(name);
        Optional<MergeNode> field = rest.isEmpty() ? value : Optional.of(with(fields.get(key), rest, value, set));
        field.ifPresentOrElse(node -> fields.put(key, node), () -> fields.remove(key));
        return new Group(fields, in instanceof Group ? in.place() : Values.SET);
    }

    private List<MergeNode> item(Items list, String name, List<String> rest, Optional<MergeNode> value, String set) {
        List<MergeNode> items = new ArrayList<>(list.items());
        int at = name.matches("\\d{1,6}") ? Integer.parseInt(name) : items.size();
        if (at >= items.size()) {
            problems.add(Values.SET + " " + set + ": '" + name + "' is no place in a list of " + items.size()
                    + ", counted from 0");
            return items;
        }
        Optional<MergeNode> item = rest.isEmpty() ? value : Optional.of(with(items.get(at), rest, value, set));
        item.ifPresentOrElse(node -> items.set(at, node), () -> items.remove(at));
        return items;
    }
}
