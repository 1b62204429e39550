package io.trimtab.model.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** Writes one safetensors file: header padded with blanks to a multiple of 8, tensors in the given order without gaps, little endian. */
final class SafetensorsWriter {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 18;

    private SafetensorsWriter() {}

    static void write(Path file, List<TensorSpec> tensors, WeightType type, TensorSource weights) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(channel, header(tensors, type));
            float[] values = new float[CHUNK];
            ByteBuffer bytes = ByteBuffer.allocateDirect(CHUNK * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (TensorSpec tensor : tensors) {
                for (long offset = 0; offset < tensor.elements(); offset += CHUNK) {
                    int length = (int) Math.min(CHUNK, tensor.elements() - offset);
                    weights.readFloats(tensor, offset, values, 0, length);
                    requireInRange(tensor.name(), type, values, offset, length);
                    type.encode(values, length, bytes.clear());
                    writeFully(channel, bytes.flip());
                }
            }
            channel.force(true);
        }
    }

    private static ByteBuffer header(List<TensorSpec> tensors, WeightType type) throws IOException {
        return header(tensors.stream()
                .map(tensor -> new TypedTensor(tensor.name(), tensor.shape(), type))
                .toList());
    }

    /** Length and table of contents: what stands before the data. */
    static ByteBuffer header(List<TypedTensor> tensors) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        // transformers refuses a file that does not say so
        root.putObject("__metadata__").put("format", "pt");
        long begin = 0;
        for (TypedTensor tensor : tensors) {
            ObjectNode entry = root.putObject(tensor.name());
            entry.put("dtype", tensor.type().name());
            ArrayNode shape = entry.putArray("shape");
            for (long size : tensor.shape()) {
                shape.add(size);
            }
            entry.putArray("data_offsets").add(begin).add(begin + tensor.bytes());
            begin += tensor.bytes();
        }
        byte[] json = JSON.writeValueAsBytes(root);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded.length).order(ByteOrder.LITTLE_ENDIAN);
        return header.putLong(padded.length).put(padded).flip();
    }

    /** Half precision ends at 65504: a weight that would silently become infinite makes a model that is worth nothing. */
    static void requireInRange(String tensor, WeightType type, float[] values, long offset, int length) {
        if (type != WeightType.F16) {
            return;
        }
        for (int i = 0; i < length; i++) {
            if (Float.isFinite(values[i]) && Math.abs(values[i]) >= HalfFloat.FIRST_INFINITE) {
                throw new ModelFolderException("Cannot write tensor " + tensor + " in F16, entry " + (offset + i)
                        + " would become infinite: " + values[i] + "; write BF16 or F32");
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
