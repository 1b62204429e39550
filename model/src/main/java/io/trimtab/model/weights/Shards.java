package io.trimtab.model.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Tensors in files of limited size, in their order, with the names and the index that transformers knows. */
final class Shards {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final List<List<TypedTensor>> shards;

    private Shards(List<List<TypedTensor>> shards) {
        this.shards = shards;
    }

    /** @param limit a file holds at most so many bytes of data, unless a single tensor is larger */
    static Shards of(List<TypedTensor> tensors, long limit) {
        List<List<TypedTensor>> shards = new ArrayList<>();
        long room = 0;
        for (TypedTensor tensor : tensors) {
            if (shards.isEmpty() || tensor.bytes() > room) {
                shards.add(new ArrayList<>());
                room = limit;
            }
            shards.get(shards.size() - 1).add(tensor);
            room -= tensor.bytes();
        }
        return new Shards(shards);
    }

    int count() {
        return shards.size();
    }

    List<TypedTensor> tensors(int shard) {
        return shards.get(shard);
    }

    /** Place among all tensors of a shard's first. */
    int first(int shard) {
        return shards.subList(0, shard).stream().mapToInt(List::size).sum();
    }

    String fileName(int shard) {
        return count() == 1
                ? WeightFiles.SINGLE
                : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, count());
    }

    /** Nothing happens where there is one file. */
    void writeIndex(Path folder) throws IOException {
        if (count() < 2) {
            return;
        }
        Map<String, String> weightMap = new TreeMap<>();
        long bytes = 0;
        for (int shard = 0; shard < count(); shard++) {
            for (TypedTensor tensor : tensors(shard)) {
                weightMap.put(tensor.name(), fileName(shard));
                bytes += tensor.bytes();
            }
        }
        ObjectNode index = JSON.createObjectNode();
        index.putObject("metadata").put("total_size", bytes);
        ObjectNode map = index.putObject("weight_map");
        weightMap.forEach(map::put);
        Files.write(folder.resolve(WeightFiles.INDEX), JSON.writeValueAsBytes(index));
    }
}
