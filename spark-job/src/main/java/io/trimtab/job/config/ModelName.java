package io.trimtab.job.config;

import io.trimtab.job.config.MergeNode.Group;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model in a merge file: its folder, or as mergekit itself writes it out, {@code model: {model: {path: ...}}}. What that form can say beyond a folder
 * is refused by name.
 */
record ModelName(MergeFields fields) {
    private static final Map<String, String> NOT_DONE = Map.of(
            "lora", "adapters are not merged here; save the model with it first",
            "override_architecture", "a model is what its config.json says",
            "revision", "models are local folders here; name the folder of that revision");

    Optional<String> read(Group item, String key) {
        if (!(item.fields().get(key) instanceof Group group)) {
            return fields.text(item, key);
        }
        String inner = group.fields().containsKey("path") ? "path" : "model";
        fields.requireKnown(group, Set.of(inner), NOT_DONE);
        if (!group.fields().containsKey(inner)) {
            fields.problem(group, key + " names no folder; write " + key + ": FOLDER");
            return Optional.empty();
        }
        return read(group, inner);
    }
}
