package io.trimtab.job.spark.files;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What makes a folder a finished table: written last, lists every file that belongs to it.
 *
 * @param kind prepared, reference or shards
 * @param fingerprint of the ingredients, also the folder's name
 * @param ingredients everything that decided the content
 * @param details what a reader needs before opening a file, e.g. the number of rows
 */
public record TableManifest(
        String kind,
        String fingerprint,
        Map<String, String> ingredients,
        Map<String, Object> details,
        List<TableFile> files) {
    /**
     * A file that belongs to the table.
     *
     * @param path relative to the table's folder
     */
    public record TableFile(String path, long bytes) implements Serializable {}

    public TableManifest {
        ingredients = Map.copyOf(ingredients);
        details = Map.copyOf(details);
        files = List.copyOf(files);
    }

    public long number(String name) {
        if (details.get(name) instanceof Number value) {
            return value.longValue();
        }
        throw new IllegalStateException("Manifest of " + kind + " table " + fingerprint + " lacks the number " + name);
    }
}
