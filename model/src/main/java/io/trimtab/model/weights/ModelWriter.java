package io.trimtab.model.weights;

import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Writes a folder that Hugging Face transformers loads: safetensors in shards, config.json of the template with the weights' type, and the
 * template's tokenizer and generation files byte for byte. The folder is complete when it appears: it is written beside the target under
 * a temporary name and moved.
 */
public final class ModelWriter {

    /** transformers' default, in bytes of tensor data. */
    public static final long SHARD_BYTES = 5_000_000_000L;

    private ModelWriter() {}

    /** As {@link #write(Path, Path, WeightType, TensorSource, long)} with {@link #SHARD_BYTES}. */
    public static void write(Path target, Path templateFolder, WeightType type, TensorSource weights) {
        write(target, templateFolder, type, weights, SHARD_BYTES);
    }

    /**
     * Writes a model.
     *
     * @param target must not exist yet, or be empty
     * @param templateFolder config.json decides which tensors are asked of {@code weights}
     * @param shardBytes a file holds at most so much tensor data, unless a single tensor is larger
     * @throws ModelFolderException if the target is taken, the template unusable, or a weight is beyond the type's range
     */
    public static void write(Path target, Path templateFolder, WeightType type, TensorSource weights, long shardBytes) {
        ModelArchitecture architecture = ModelArchitecture.read(templateFolder.resolve("config.json"));
        Path absolute = target.toAbsolutePath().normalize();
        try {
            requireFree(absolute);
            Path parent = absolute.getParent();
            Path unfinished = absolute.resolveSibling("." + absolute.getFileName() + ".unfinished");
            if (parent != null) {
                Files.createDirectories(parent);
            }
            deleteFolder(unfinished);
            Files.createDirectory(unfinished);
            try {
                writeWeights(unfinished, architecture.tensors(), type, weights, shardBytes);
                Companions.writeConfig(templateFolder, unfinished, type, OptionalInt.empty(), false);
                Companions.copy(templateFolder, unfinished);
                Files.deleteIfExists(absolute);
                Files.move(unfinished, absolute);
            } finally {
                deleteFolder(unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the model to " + target, e);
        }
    }

    private static void requireFree(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        if (Files.isDirectory(target)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(target)) {
                if (!files.iterator().hasNext()) {
                    return;
                }
            }
        }
        throw new ModelFolderException("Cannot write the model to " + target
                + ", something is there already: remove it or name another folder");
    }

    private static void writeWeights(
            Path folder, List<TensorSpec> tensors, WeightType type, TensorSource weights, long shardBytes)
            throws IOException {
        List<TypedTensor> typed = tensors.stream()
                .map(tensor -> new TypedTensor(tensor.name(), tensor.shape(), type))
                .toList();
        Shards shards = Shards.of(typed, shardBytes);
        for (int i = 0; i < shards.count(); i++) {
            int first = shards.first(i);
            SafetensorsWriter.write(
                    folder.resolve(shards.fileName(i)),
                    tensors.subList(first, first + shards.tensors(i).size()),
                    type,
                    weights);
        }
        shards.writeIndex(folder);
    }

    /** A folder of our own; nothing happens where there is none. */
    private static void deleteFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
