package io.trimtab.job.stages;

import io.trimtab.job.config.MergeOrder;
import io.trimtab.job.config.RefusedException;
import io.trimtab.merge.offline.Shape;
import io.trimtab.merge.offline.TensorSource;
import io.trimtab.model.weights.TypedTensor;
import io.trimtab.model.weights.WeightFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The opened models of a merge, by the names they have in its file.
 *
 * @param folders in the order of the recipe's models, the one that decides config.json first
 * @param tokenizer the folder whose tokenizer the result gets
 */
record MergeInputs(Map<String, WeightFolder> folders, Path tokenizer) implements AutoCloseable {

    static MergeInputs open(MergeOrder order) {
        Map<String, WeightFolder> folders = new LinkedHashMap<>();
        try {
            for (String model : order.recipe().models()) {
                folders.put(model, WeightFolder.open(folder(model)));
            }
            requireDistinct(folders);
            if (folders.values().stream().anyMatch(WeightFolder::storesHead)) {
                folders.replaceAll((model, folder) -> folder.withHead());
            }
            return new MergeInputs(
                    folders,
                    folder(order.tokenizerSource()
                            .orElse(order.recipe().models().get(0))));
        } catch (RuntimeException e) {
            folders.values().forEach(WeightFolder::close);
            throw e;
        }
    }

    private static Path folder(String model) {
        Path folder = Path.of(model);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        if (model.contains("://")) {
            throw new RefusedException("Cannot merge " + model + ": models are local folders here; copy it to one");
        }
        if (model.contains("+") && Files.isDirectory(Path.of(model.substring(0, model.indexOf('+'))))) {
            throw new RefusedException("Cannot merge " + model
                    + ": adapters (model+adapter) are not merged here; save the model with it first");
        }
        throw new RefusedException(
                "Cannot merge, there is no folder " + folder.toAbsolutePath().normalize()
                        + "; models are local folders in Hugging Face layout, nothing is downloaded");
    }

    private static void requireDistinct(Map<String, WeightFolder> folders) {
        Map<Path, String> seen = new HashMap<>();
        folders.forEach((model, folder) -> {
            @Nullable String before = seen.put(real(folder.path()), model);
            if (before != null) {
                throw new RefusedException("Nothing would change: " + before + " and " + model
                        + " are the same folder; name the model that was trained");
            }
        });
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + folder, e);
        }
    }

    /** The model that decides config.json and, where nothing is merged, the weights. */
    WeightFolder template() {
        return folders.values().iterator().next();
    }

    /** Whether the result's head has weights of its own while the template's is its embeddings. */
    boolean unties() {
        return template().tiesHead() && !folders.values().stream().allMatch(WeightFolder::tiesHead);
    }

    WeightFolder folderOf(String model) {
        WeightFolder folder = folders.get(model);
        if (folder == null) {
            throw new IllegalArgumentException("Model " + model + " was not opened");
        }
        return folder;
    }

    List<Path> paths() {
        return folders.values().stream().map(WeightFolder::path).toList();
    }

    Map<String, TensorSource> sources() {
        return folders.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> new Source(entry.getValue())));
    }

    /** A folder as the merge sees it. */
    private static final class Source implements TensorSource {
        private final WeightFolder folder;
        private final Map<String, Shape> shapes = new LinkedHashMap<>();

        Source(WeightFolder folder) {
            this.folder = folder;
            for (TypedTensor tensor : folder.tensors().values()) {
                shapes.put(
                        tensor.name(),
                        new Shape(Arrays.stream(tensor.shape()).boxed().toList()));
            }
        }

        @Override
        public Map<String, Shape> shapes() {
            return shapes;
        }

        @Override
        public void read(String tensor, long offset, float[] target, int length) {
            folder.readFloats(tensor, offset, target, length);
        }
    }

    @Override
    public void close() {
        folders.values().forEach(WeightFolder::close);
    }
}
