package io.trimtab.model.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a folder that Hugging Face transformers loads: safetensors in shards, config.json of the template with the weights' type, and the
 * template's tokenizer and generation files byte for byte. The folder is complete when it appears: it is written beside the target under
 * a temporary name and moved.
 */
public final class ModelWriter {

    /** transformers' default, in bytes of tensor data. */
    public static final long SHARD_BYTES = 5_000_000_000L;

    /** What makes a model usable beside its weights; copied where the template has it. */
    private static final List<String> COPIED = List.of(
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "chat_template.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt");

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

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
                writeConfig(templateFolder, unfinished, type);
                copyCompanions(templateFolder, unfinished);
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
        List<List<TensorSpec>> shards = shards(tensors, type, shardBytes);
        Map<String, String> weightMap = new TreeMap<>();
        long bytes = 0;
        for (int i = 0; i < shards.size(); i++) {
            String name = shards.size() == 1
                    ? WeightFiles.SINGLE
                    : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            SafetensorsWriter.write(folder.resolve(name), shards.get(i), type, weights);
            for (TensorSpec tensor : shards.get(i)) {
                weightMap.put(tensor.name(), name);
                bytes += tensor.elements() * type.bytes();
            }
        }
        if (shards.size() > 1) {
            ObjectNode index = JSON.createObjectNode();
            index.putObject("metadata").put("total_size", bytes);
            ObjectNode map = index.putObject("weight_map");
            weightMap.forEach(map::put);
            Files.write(folder.resolve(WeightFiles.INDEX), JSON.writeValueAsBytes(index));
        }
    }

    private static List<List<TensorSpec>> shards(List<TensorSpec> tensors, WeightType type, long shardBytes) {
        List<List<TensorSpec>> shards = new ArrayList<>();
        long room = 0;
        for (TensorSpec tensor : tensors) {
            long bytes = tensor.elements() * type.bytes();
            if (shards.isEmpty() || bytes > room) {
                shards.add(new ArrayList<>());
                room = shardBytes;
            }
            shards.get(shards.size() - 1).add(tensor);
            room -= bytes;
        }
        return shards;
    }

    /** transformers 4 reads torch_dtype, 5 reads dtype; whichever the template has is kept. */
    private static void writeConfig(Path template, Path folder, WeightType type) throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(template.resolve("config.json")));
        if (config.has("dtype")) {
            config.put("dtype", type.configName());
        }
        if (config.has("torch_dtype") || !config.has("dtype")) {
            config.put("torch_dtype", type.configName());
        }
        Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(config));
    }

    private static void copyCompanions(Path template, Path folder) throws IOException {
        for (String name : COPIED) {
            if (Files.isRegularFile(template.resolve(name))) {
                Files.copy(template.resolve(name), folder.resolve(name));
            }
        }
    }

    /** A flat folder of our own; nothing happens where there is none. */
    private static void deleteFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
