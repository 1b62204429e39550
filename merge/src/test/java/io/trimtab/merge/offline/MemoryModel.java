package io.trimtab.merge.offline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A model in memory, to read from and to write to. */
final class MemoryModel implements TensorSource, TensorSink {

    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final Map<String, float[]> values = new TreeMap<>();

    MemoryModel with(String tensor, Shape shape, float... entries) {
        shapes.put(tensor, shape);
        values.put(tensor, entries);
        return this;
    }

    /** The same tensors, to be written. */
    static MemoryModel like(MergePlan plan) {
        MemoryModel model = new MemoryModel();
        for (PlannedTensor tensor : plan.tensors()) {
            model.with(
                    tensor.name(),
                    tensor.shape(),
                    new float[(int) tensor.shape().entries()]);
        }
        return model;
    }

    /** The F32 tensors of a safetensors file, whose header is an 8-byte length and JSON. */
    static MemoryModel read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) bytes.getLong();
        JsonNode header = new ObjectMapper().readTree(bytes.array(), 8, headerLength);
        MemoryModel model = new MemoryModel();
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                JsonNode offsets = entry.getValue().get("data_offsets");
                int begin = offsets.get(0).asInt();
                float[] entries = new float[(offsets.get(1).asInt() - begin) / Float.BYTES];
                bytes.slice(8 + headerLength + begin, entries.length * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(entries);
                List<Long> sizes = new ArrayList<>();
                entry.getValue().get("shape").forEach(size -> sizes.add(size.asLong()));
                model.with(entry.getKey(), new Shape(sizes), entries);
            }
        }
        return model;
    }

    @Override
    public Map<String, Shape> shapes() {
        return shapes;
    }

    float[] values(String tensor) {
        float[] entries = values.get(tensor);
        if (entries == null) {
            throw new IllegalArgumentException("No tensor " + tensor);
        }
        return entries;
    }

    @Override
    public void read(String tensor, long offset, float[] target, int length) {
        System.arraycopy(values(tensor), (int) offset, target, 0, length);
    }

    @Override
    public void write(String tensor, long offset, float[] source, int length) {
        System.arraycopy(source, 0, values(tensor), (int) offset, length);
    }
}
