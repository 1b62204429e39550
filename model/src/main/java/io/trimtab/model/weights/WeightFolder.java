package io.trimtab.model.weights;

import io.trimtab.model.ModelArchitecture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The weights of a folder as they are named on disk, of whatever architecture: what merging needs. Opened files are checked as in {@link ModelFolder},
 * but for config.json, whose word on the tensors is not asked. Reading is thread safe and keeps no pages in memory.
 */
public final class WeightFolder implements AutoCloseable {

    private final Path path;
    private final WeightFiles files;
    private final Map<String, Stored> tensors;
    private final boolean tiesHead;

    private WeightFolder(Path path, WeightFiles files, Map<String, Stored> tensors, boolean tiesHead) {
        this.path = path;
        this.files = files;
        this.tensors = tensors;
        this.tiesHead = tiesHead;
    }

    /**
     * Opens and checks a folder; no weights are read yet, but where a tied pair is stored twice. Tables of rotary positions, which follow from config.json, are left out.
     *
     * @throws ModelFolderException if a file is missing, cut off or contradicts itself, or if a tensor is not of a float type
     */
    public static WeightFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ModelFolderException("Cannot open the model, there is no folder " + path);
        }
        if (!Files.isRegularFile(path.resolve("config.json"))) {
            throw new ModelFolderException("Cannot open the model, " + path + " has no config.json");
        }
        WeightFiles files = WeightFiles.open(path);
        try {
            if (Companions.saysTied(path)) {
                files.requireOneHead();
            }
            Map<String, Stored> tensors = new TreeMap<>();
            for (String name : files.names()) {
                if (!name.endsWith("rotary_emb.inv_freq")) {
                    tensors.put(name, files.find(name));
                }
            }
            return new WeightFolder(path, files, tensors, tiesHead(path, tensors));
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static boolean tiesHead(Path path, Map<String, Stored> tensors) {
        return tensors.containsKey(ModelArchitecture.EMBEDDING)
                && (!tensors.containsKey(ModelArchitecture.HEAD) || Companions.saysTied(path));
    }

    /** Whether the embeddings serve as the head: config.json says so, or no head is stored. */
    public boolean tiesHead() {
        return tiesHead;
    }

    /** Whether a head is stored, used or not. */
    public boolean storesHead() {
        return tensors.containsKey(ModelArchitecture.HEAD);
    }

    /** The same folder with the head as a tensor of its own, read from the embeddings where these serve as one. Closing either closes both. */
    public WeightFolder withHead() {
        Stored embedding = tensors.get(ModelArchitecture.EMBEDDING);
        if (!tiesHead || embedding == null) {
            return this;
        }
        Map<String, Stored> all = new TreeMap<>(tensors);
        all.put(ModelArchitecture.HEAD, embedding);
        return new WeightFolder(path, files, all, true);
    }

    public Path path() {
        return path;
    }

    /** Name, shape and type of every tensor, by name in code-point order. */
    public Map<String, TypedTensor> tensors() {
        Map<String, TypedTensor> all = new TreeMap<>();
        tensors.forEach((name, stored) ->
                all.put(name, new TypedTensor(name, stored.entry().shape(), stored.type())));
        return all;
    }

    /** Copies entries {@code offset} to {@code offset + length - 1} of a tensor, as floats, to the start of {@code target}. */
    public void readFloats(String tensor, long offset, float[] target, int length) {
        Stored stored = tensors.get(tensor);
        if (stored == null) {
            throw new IllegalArgumentException("Model " + path + " has no tensor " + tensor);
        }
        stored.read(offset, target, 0, length);
    }

    @Override
    public void close() {
        files.close();
    }
}
