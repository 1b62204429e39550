package io.trimtab.model.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of contents of a safetensors file. Every promise it makes is checked against the file's size before anything is read: bounds,
 * overlaps, gaps, and shape times type against bytes.
 *
 * @param dataStart position in the file of offset 0 of the data
 */
record SafetensorsHeader(long dataStart, Map<String, Entry> entries) {

    /** Where one tensor lies; offsets count from the start of the data. */
    record Entry(String name, String dtype, long[] shape, long begin, long end) {}

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Bytes of one element; the types that can be read are those of {@link WeightType}. */
    private static final Map<String, Integer> ELEMENT_BYTES = Map.ofEntries(
            Map.entry("BOOL", 1),
            Map.entry("U8", 1),
            Map.entry("I8", 1),
            Map.entry("F8_E5M2", 1),
            Map.entry("F8_E4M3", 1),
            Map.entry("I16", 2),
            Map.entry("U16", 2),
            Map.entry("F16", 2),
            Map.entry("BF16", 2),
            Map.entry("I32", 4),
            Map.entry("U32", 4),
            Map.entry("F32", 4),
            Map.entry("I64", 8),
            Map.entry("U64", 8),
            Map.entry("F64", 8));

    /** @param dataBytes how many bytes the file has behind its header */
    static SafetensorsHeader parse(Path file, byte[] json, long dataStart, long dataBytes) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : read(file, json).properties()) {
            if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), entry(file, field.getKey(), field.getValue(), dataBytes));
            }
        }
        requireNoOverlapOrGap(file, entries, dataBytes);
        return new SafetensorsHeader(dataStart, Map.copyOf(entries));
    }

    private static JsonNode read(Path file, byte[] json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (!root.isObject()) {
                throw broken(file, "its header is not a JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            // Jackson's own text quotes the source; the first line of the problem is enough.
            throw new ModelFolderException(message(file, "its header is not valid JSON: " + e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the header of " + file, e);
        }
    }

    private static Entry entry(Path file, String name, JsonNode node, long dataBytes) {
        String dtype = node.path("dtype").asText("(none)");
        Integer elementBytes = ELEMENT_BYTES.get(dtype);
        if (elementBytes == null) {
            throw broken(file, "tensor " + name + " has an unknown dtype: " + dtype);
        }
        long[] shape = longs(file, name, node.path("shape"));
        long[] offsets = longs(file, name, node.path("data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw broken(file, "tensor " + name + " has data_offsets " + Arrays.toString(offsets));
        }
        if (offsets[1] > dataBytes) {
            throw broken(
                    file,
                    "tensor " + name + " ends at byte " + offsets[1] + " of the data, and the file has " + dataBytes
                            + ": it is cut off");
        }
        requireBytes(file, name, dtype, shape, elementBytes, offsets[1] - offsets[0]);
        return new Entry(name, dtype, shape, offsets[0], offsets[1]);
    }

    private static void requireBytes(Path file, String name, String dtype, long[] shape, int elementBytes, long bytes) {
        long expected = elementBytes;
        try {
            for (long size : shape) {
                expected = Math.multiplyExact(expected, size);
            }
        } catch (ArithmeticException e) {
            expected = -1;
        }
        if (expected != bytes) {
            throw broken(
                    file,
                    "tensor " + name + " of " + dtype + Arrays.toString(shape) + " has " + bytes
                            + " bytes of data, which does not fit its shape");
        }
    }

    private static long[] longs(Path file, String name, JsonNode array) {
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = array.get(i);
            if (!array.isArray() || !value.canConvertToLong() || !value.isIntegralNumber() || value.asLong() < 0) {
                throw broken(file, "tensor " + name + " has a shape or offset that is not a whole number: " + array);
            }
            values[i] = value.asLong();
        }
        if (!array.isArray()) {
            throw broken(file, "tensor " + name + " has no shape or no data_offsets");
        }
        return values;
    }

    private static void requireNoOverlapOrGap(Path file, Map<String, Entry> entries, long dataBytes) {
        List<Entry> byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long end = 0;
        String before = "the header";
        for (Entry entry : byPlace) {
            if (entry.begin() < end) {
                throw broken(file, "tensors " + before + " and " + entry.name() + " overlap");
            }
            if (entry.begin() > end) {
                throw broken(file, "there are unused bytes between " + before + " and tensor " + entry.name());
            }
            end = entry.end();
            before = entry.name();
        }
        if (end != dataBytes) {
            throw broken(file, (dataBytes - end) + " bytes follow the last tensor");
        }
    }

    static ModelFolderException broken(Path file, String why) {
        return new ModelFolderException(message(file, why));
    }

    private static String message(Path file, String why) {
        return "Cannot read " + file + ", " + why + "; copy or convert the model again";
    }
}
