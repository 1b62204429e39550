package io.trimtab.job.config;

import io.trimtab.merge.offline.MergeRecipe;
import io.trimtab.model.weights.WeightType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A merge of finished models as its file orders it.
 *
 * @param type of the result; empty: each tensor as in the base, or the first model
 * @param tokenizerSource the model whose tokenizer files the result gets; empty: the base's, or the first model's
 * @param chatTemplate Jinja text, or {@link #COMMON_TEMPLATE} for that of most models; empty: as the tokenizer's files have it
 * @param sets the options that were laid over the file, as {@code dtype=float16}
 * @param notes what file and options say that has no effect, a line each
 */
public record MergeOrder(
        MergeRecipe recipe,
        Optional<WeightType> type,
        Optional<String> tokenizerSource,
        Optional<String> chatTemplate,
        List<String> sets,
        List<String> notes) {

    public static final String COMMON_TEMPLATE = "auto";

    public MergeOrder {
        sets = List.copyOf(sets);
        notes = List.copyOf(notes);
    }

    /**
     * Reads a mergekit YAML, by the ending .yml or .yaml, or the same keys in HOCON under {@code merge-models}.
     *
     * @param sets {@code key=value} over the file, as {@code models.0.parameters.weight=0.3}
     * @throws ConfigurationException with every problem at once
     */
    public static MergeOrder read(Path file, List<String> sets) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigurationException(List.of(file + ": there is no such file"));
        }
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        boolean yaml = name.endsWith(".yml") || name.endsWith(".yaml");
        MergeSets options = new MergeSets();
        MergeNode node = options.over(yaml ? YamlNodes.read(file) : HoconNodes.read(file), sets);
        return new MergeReader(node).read().with(options);
    }

    private MergeOrder with(MergeSets options) {
        return new MergeOrder(
                recipe,
                type,
                tokenizerSource,
                chatTemplate,
                options.applied(),
                Stream.concat(options.notes().stream(), notes.stream()).toList());
    }
}
