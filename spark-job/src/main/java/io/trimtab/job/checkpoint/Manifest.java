package io.trimtab.job.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * The list of a folder's files, written after all of them: the folder's content exists if and only if its manifest does and every file
 * has the size it names. Readers open only the files listed.
 *
 * @param facts what a reader must know beside the files, in the order given
 */
public record Manifest(Map<String, String> facts, List<File> files) {
    public static final String NAME = "manifest.json";

    /** One file, by its path inside the folder. {@code crc32c} is -1 where nobody computed one. */
    public record File(String name, long bytes, long crc32c) {
        public static final long NO_CRC = -1;

        public File {
            if (name.isEmpty()
                    || name.startsWith("/")
                    || List.of(name.split("/")).contains("..")) {
                throw new IllegalArgumentException("A manifest names only files inside its folder: " + name);
            }
        }

        public File(String name, long bytes) {
            this(name, bytes, NO_CRC);
        }
    }

    public Manifest {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        files = List.copyOf(files);
    }

    /** A manifest of every file that lies directly in the folder, hidden ones and Spark's markers left out. */
    public static Manifest ofFolder(Storage storage, Path folder, Map<String, String> facts) {
        List<File> files = new ArrayList<>();
        for (FileStatus entry : storage.list(folder)) {
            String name = entry.getPath().getName();
            if (entry.isFile() && !name.startsWith("_") && !name.startsWith(".") && !name.equals(NAME)) {
                files.add(new File(name, entry.getLen()));
            }
        }
        return new Manifest(facts, files);
    }

    /** Commits the folder. Fails if it is committed already: two writers of one folder are an error. */
    public void write(Storage storage, Path folder) {
        ObjectNode root = Json.object();
        facts.forEach(root::put);
        ArrayNode list = root.putArray("files");
        for (File file : files) {
            ObjectNode entry = list.addObject().put("name", file.name()).put("bytes", file.bytes());
            if (file.crc32c() != File.NO_CRC) {
                entry.put("crc32c", file.crc32c());
            }
        }
        storage.create(new Path(folder, NAME), Json.bytes(root));
    }

    /** The manifest of a committed folder; empty where it is missing, cut off, or names a file that is not there in full. */
    public static Optional<Manifest> read(Storage storage, Path folder) {
        return storage.read(new Path(folder, NAME))
                .flatMap(Json::object)
                .flatMap(Manifest::parse)
                .filter(manifest -> manifest.missing(storage, folder).isEmpty());
    }

    /** What keeps a committed folder from being read; empty where nothing does, or where it was never committed. */
    static Optional<String> damage(Storage storage, Path folder) {
        return storage.read(new Path(folder, NAME))
                .flatMap(content -> Json.object(content)
                        .flatMap(Manifest::parse)
                        .map(manifest -> manifest.missing(storage, folder))
                        .orElse(Optional.of(NAME + " is cut off or changed")));
    }

    /** The paths of the files, ready to be opened. */
    public List<Path> paths(Path folder) {
        return files.stream().map(file -> new Path(folder, file.name())).toList();
    }

    private static Optional<Manifest> parse(JsonNode root) {
        Map<String, String> facts = new LinkedHashMap<>();
        List<File> files = new ArrayList<>();
        root.properties().forEach(entry -> {
            if (entry.getValue().isValueNode()) {
                facts.put(entry.getKey(), entry.getValue().asText());
            }
        });
        if (!root.path("files").isArray()) {
            return Optional.empty();
        }
        try {
            for (JsonNode file : root.path("files")) {
                files.add(new File(
                        file.path("name").asText(),
                        file.path("bytes").asLong(-1),
                        file.path("crc32c").asLong(File.NO_CRC)));
            }
        } catch (IllegalArgumentException changed) {
            return Optional.empty();
        }
        return Optional.of(new Manifest(facts, files));
    }

    /** The first file that is not there in full. */
    private Optional<String> missing(Storage storage, Path folder) {
        Map<String, Long> sizes = new HashMap<>();
        for (File file : files) {
            Path parent = new Path(folder, file.name()).getParent();
            storage.list(parent)
                    .forEach(entry -> sizes.put(entry.getPath().toUri().getPath(), entry.getLen()));
        }
        for (File file : files) {
            Long size = sizes.get(new Path(folder, file.name()).toUri().getPath());
            if (size == null) {
                return Optional.of(file.name() + " is missing");
            }
            if (size != file.bytes()) {
                return Optional.of(file.name() + " has " + size + " bytes where " + file.bytes() + " were written");
            }
        }
        return Optional.empty();
    }
}
