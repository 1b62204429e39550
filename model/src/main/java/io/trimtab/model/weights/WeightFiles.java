package io.trimtab.model.weights;

import io.trimtab.model.ModelArchitecture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The safetensors files of a folder, one or many with an index, as one collection of tensors. */
final class WeightFiles implements AutoCloseable {

    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private final Path folder;
    private final List<SafetensorsFile> files;
    private final Map<String, SafetensorsFile> owners;

    private WeightFiles(Path folder, List<SafetensorsFile> files, Map<String, SafetensorsFile> owners) {
        this.folder = folder;
        this.files = files;
        this.owners = owners;
    }

    /** The single file wins where there is also an index, as in transformers. */
    static WeightFiles open(Path folder) {
        if (Files.isRegularFile(folder.resolve(SINGLE))) {
            return open(folder, List.of(SINGLE), Map.of());
        }
        if (!Files.isRegularFile(folder.resolve(INDEX))) {
            boolean pickled = Files.exists(folder.resolve("pytorch_model.bin"))
                    || Files.exists(folder.resolve("pytorch_model.bin.index.json"));
            throw new ModelFolderException("Cannot open the model, " + folder + " has neither " + SINGLE + " nor "
                    + INDEX
                    + (pickled ? "; pytorch_model.bin is not read: save it again with safe_serialization" : ""));
        }
        Map<String, String> weightMap = ShardIndex.read(folder, folder.resolve(INDEX));
        return open(folder, new TreeSet<>(weightMap.values()), weightMap);
    }

    private static WeightFiles open(Path folder, Collection<String> names, Map<String, String> weightMap) {
        List<SafetensorsFile> files = new ArrayList<>();
        try {
            Map<String, SafetensorsFile> owners = new HashMap<>();
            for (String name : names) {
                SafetensorsFile file = SafetensorsFile.open(folder.resolve(name));
                files.add(file);
                addOwned(file, owners);
            }
            requireIndexed(folder, weightMap, owners);
            return new WeightFiles(folder, files, owners);
        } catch (RuntimeException e) {
            closeAll(files);
            throw e;
        }
    }

    private static void addOwned(SafetensorsFile file, Map<String, SafetensorsFile> owners) {
        for (String tensor : file.header().entries().keySet()) {
            SafetensorsFile before = owners.put(tensor, file);
            if (before != null) {
                throw new ModelFolderException("Cannot use " + file.path() + ", tensor " + tensor + " is also in "
                        + before.path() + ": remove the shards of another export");
            }
        }
    }

    private static void requireIndexed(
            Path folder, Map<String, String> weightMap, Map<String, SafetensorsFile> owners) {
        for (Map.Entry<String, String> indexed : weightMap.entrySet()) {
            SafetensorsFile owner = owners.get(indexed.getKey());
            if (owner == null || !owner.path().equals(folder.resolve(indexed.getValue()))) {
                throw new ModelFolderException(
                        "Cannot use " + folder.resolve(INDEX) + ", it places tensor " + indexed.getKey() + " in "
                                + indexed.getValue() + ", which does not hold it; copy the model again");
            }
        }
    }

    boolean has(String tensor) {
        return owners.containsKey(tensor);
    }

    Set<String> names() {
        return new TreeSet<>(owners.keySet());
    }

    Stored find(String tensor) {
        SafetensorsFile file = owners.get(tensor);
        if (file == null) {
            throw new ModelFolderException("Cannot use the model of " + folder + ", tensor " + tensor
                    + " is missing from its safetensors; config.json and weights must belong together");
        }
        SafetensorsHeader.Entry entry = file.header().entries().get(tensor);
        if (entry == null) {
            throw new IllegalStateException("Tensor " + tensor + " vanished from " + file.path());
        }
        WeightType type = WeightType.ofDtype(entry.dtype())
                .orElseThrow(() -> new ModelFolderException(
                        "Cannot use " + file.path() + ", tensor " + tensor + " is stored as " + entry.dtype()
                                + "; F32, F16, BF16 and F64 are read, convert the model to one of them"));
        return new Stored(file, entry, type);
    }

    /**
     * Of a folder whose config.json ties the head to the embeddings. Copies of a whole checkpoint have such a pair twice; where the two differ,
     * transformers 5 unties them and 4 takes the embeddings.
     */
    void requireOneHead() {
        if (!has(ModelArchitecture.EMBEDDING) || !has(ModelArchitecture.HEAD)) {
            return;
        }
        if (!find(ModelArchitecture.EMBEDDING).equalsEntries(find(ModelArchitecture.HEAD))) {
            throw new ModelFolderException("Cannot use the model of " + folder
                    + ": its config.json ties the head to the"
                    + " embeddings, and " + ModelArchitecture.HEAD + " holds other numbers than "
                    + ModelArchitecture.EMBEDDING + "; set tie_word_embeddings to false, or save the model without "
                    + ModelArchitecture.HEAD);
        }
    }

    /** Names that a model with these tensors has no place for, in order, but for the few that are derived from others. */
    List<String> unused(Set<String> used, boolean tiedEmbeddings) {
        Set<String> unused = new TreeSet<>();
        for (String tensor : owners.keySet()) {
            boolean tiedHead = tiedEmbeddings && tensor.equals(ModelArchitecture.HEAD);
            boolean rotaryTable = tensor.endsWith("rotary_emb.inv_freq");
            if (!used.contains(tensor) && !tiedHead && !rotaryTable) {
                unused.add(tensor);
            }
        }
        return List.copyOf(unused);
    }

    @Override
    public void close() {
        closeAll(files);
    }

    private static void closeAll(List<SafetensorsFile> files) {
        files.forEach(SafetensorsFile::close);
    }
}
