package io.trimtab.model.weights;

import io.trimtab.model.LlamaConfigJson;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model of a few hundred weights, and ways to spoil its files. */
final class SmallModel {

    static final ModelArchitecture TIED = architecture(20, true);
    static final ModelArchitecture UNTIED = architecture(20, false);

    private SmallModel() {}

    static ModelArchitecture architecture(int vocabulary, boolean tied) {
        return ModelArchitecture.llama(vocabulary, 8, 12, 2, 2, 1, 4, 32, 1000, 1e-5, tied, 0.02, 1, List.of(2));
    }

    /** A folder with config.json only, from which a model can be written. */
    static Path template(Path folder, ModelArchitecture architecture) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LlamaConfigJson.write(architecture, folder.resolve("config.json"));
        return folder;
    }

    static Path write(Path folder, ModelArchitecture architecture, WeightType type) {
        ModelWriter.write(
                folder,
                template(folder.resolveSibling(folder.getFileName() + "-template"), architecture),
                type,
                SmallModel::weight);
        return folder;
    }

    static Path write(Path folder, ModelArchitecture architecture) {
        return write(folder, architecture, WeightType.F32);
    }

    /** Every weight is another number, with bits that BF16 and F16 do not have. */
    static void weight(TensorSpec tensor, long offset, float[] target, int at, int length) {
        for (int i = 0; i < length; i++) {
            target[at + i] = (float) Math.sin(1 + 0.7 * (offset + i) + 31 * tensor.id());
        }
    }

    static float[] weights(TensorSpec tensor) {
        float[] weights = new float[Math.toIntExact(tensor.elements())];
        weight(tensor, 0, weights, 0, weights.length);
        return weights;
    }

    static float[] read(ModelFolder folder, TensorSpec tensor) {
        float[] weights = new float[Math.toIntExact(tensor.elements())];
        folder.readFloats(tensor, 0, weights, 0, weights.length);
        return weights;
    }

    static String header(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] json = new byte[Math.toIntExact(bytes.getLong())];
        bytes.get(json);
        return new String(json, StandardCharsets.UTF_8);
    }

    /** A file with this header and so many bytes of data. */
    static void writeRaw(Path file, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, bytes.putLong(json.length).put(json).array());
    }
}
