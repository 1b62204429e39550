package io.trimtab.model.weights;

import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An opened model in Hugging Face layout: config.json and the safetensors it needs, checked against each other when opened, read in ranges.
 * Reading is thread safe and costs no memory of its own: the files are mapped. Local paths only.
 */
public final class ModelFolder implements AutoCloseable, TensorSource {

    private static final int NAMED_AT_MOST = 5;

    private final Path path;
    private final ModelArchitecture architecture;
    private final WeightFiles files;
    private final Map<String, Stored> tensors;

    private ModelFolder(Path path, ModelArchitecture architecture, WeightFiles files, Map<String, Stored> tensors) {
        this.path = path;
        this.architecture = architecture;
        this.files = files;
        this.tensors = tensors;
    }

    /**
     * Opens and checks a folder; no weights are read yet, but where a tied pair is stored twice.
     *
     * @throws ModelFolderException if a file is missing, cut off or contradicts itself, or if a tensor of the model is missing or has
     *     another shape
     */
    public static ModelFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ModelFolderException("Cannot open the model, there is no folder " + path);
        }
        ModelArchitecture architecture = ModelArchitecture.read(path.resolve("config.json"));
        WeightFiles files = WeightFiles.open(path);
        try {
            if (architecture.tiedEmbeddings()) {
                files.requireOneHead();
            }
            return new ModelFolder(path, architecture, files, match(architecture, files));
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static Map<String, Stored> match(ModelArchitecture architecture, WeightFiles files) {
        Map<String, Stored> matched = new HashMap<>();
        for (TensorSpec spec : architecture.tensors()) {
            Stored stored = files.find(nameOnDisk(spec.name(), architecture, files));
            matched.put(spec.name(), stored.requireShape(spec));
        }
        return Map.copyOf(matched);
    }

    /** A tied pair is stored once, nearly always as the embedding; some writers keep the head's name. */
    private static String nameOnDisk(String name, ModelArchitecture architecture, WeightFiles files) {
        boolean underHead = architecture.tiedEmbeddings()
                && name.equals(ModelArchitecture.EMBEDDING)
                && !files.has(name)
                && files.has(ModelArchitecture.HEAD);
        return underHead ? ModelArchitecture.HEAD : name;
    }

    public ModelArchitecture architecture() {
        return architecture;
    }

    public Path path() {
        return path;
    }

    /**
     * What looks wrong and does not stop the model from being used: tensors that its config.json has no place for. They are not read, and
     * where they are biases or adapters another computation was meant.
     */
    public List<String> warnings() {
        List<String> unused = files.unused(tensors.keySet(), architecture.tiedEmbeddings());
        if (unused.isEmpty()) {
            return List.of();
        }
        List<String> first = unused.stream().limit(NAMED_AT_MOST).toList();
        return List.of("the model of " + path + " is used without " + unused.size()
                + " tensors that its config.json has no place for: " + first
                + (unused.size() > first.size() ? " …" : ""));
    }

    /** The type that holds most of the weights. */
    public WeightType weightType() {
        Map<WeightType, Long> elements = new EnumMap<>(WeightType.class);
        WeightType most = WeightType.F32;
        for (TensorSpec spec : architecture.tensors()) {
            WeightType type = stored(spec.name()).type();
            long total = elements.merge(type, spec.elements(), Long::sum);
            most = total > elements.getOrDefault(most, 0L) ? type : most;
        }
        return most;
    }

    /**
     * Copies a range of a tensor, widened to fp32, to {@code target} from index {@code at}.
     *
     * @throws ModelFolderException if a weight is not a finite number: nothing can be learnt from there
     */
    public void readFloats(String tensor, long offset, float[] target, int at, int length) {
        stored(tensor).read(offset, target, at, length);
        for (int i = at; i < at + length; i++) {
            if (!Float.isFinite(target[i])) {
                throw new ModelFolderException("Cannot use the model of " + path + ", tensor " + tensor + " holds "
                        + target[i] + " at entry " + (offset + i - at)
                        + ": its training diverged or the file was damaged; take another copy or checkpoint");
            }
        }
    }

    @Override
    public void readFloats(TensorSpec tensor, long offset, float[] target, int at, int length) {
        readFloats(tensor.name(), offset, target, at, length);
    }

    /**
     * Refuses models that cannot be subtracted from each other.
     *
     * @throws ModelFolderException naming the first tensor that only one of the two models has, or that differs in shape
     */
    public void requireSameShapes(ModelFolder other) {
        List<TensorSpec> mine = architecture.tensors();
        List<TensorSpec> theirs = other.architecture.tensors();
        for (int i = 0; i < Math.max(mine.size(), theirs.size()); i++) {
            TensorSpec here = i < mine.size() ? mine.get(i) : null;
            TensorSpec there = i < theirs.size() ? theirs.get(i) : null;
            if (here == null || there == null || !here.name().equals(there.name())) {
                boolean mineIsExtra =
                        there == null || (here != null && here.name().compareTo(there.name()) < 0);
                throw differs(other, mineIsExtra ? here + " is only in " + path : there + " is only in " + other.path);
            }
            if (!Arrays.equals(here.shape(), there.shape())) {
                throw differs(other, here + " against " + there);
            }
        }
    }

    private ModelFolderException differs(ModelFolder other, String first) {
        return new ModelFolderException("Cannot use the models together, " + path + " and " + other.path
                + " differ in shape: " + first + "; both must be of one architecture and vocabulary size");
    }

    private Stored stored(String tensor) {
        Stored stored = tensors.get(tensor);
        if (stored == null) {
            throw new IllegalArgumentException("Model " + path + " has no tensor " + tensor);
        }
        return stored;
    }

    @Override
    public void close() {
        files.close();
    }
}
