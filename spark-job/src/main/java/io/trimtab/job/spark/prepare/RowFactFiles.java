package io.trimtab.job.spark.prepare;

import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.files.TableManifest.TableFile;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** The files of {@link RowFacts} of a table, by the parts of {@link RowNumbers}. */
record RowFactFiles(HadoopSettings hadoop, List<Part> parts) implements Serializable {
    record Part(String path, long bytes) implements Serializable {
        /** Files of a task bear its partition's number. */
        int number() {
            return Integer.parseInt(new Path(path).getName().split("-", 3)[1]);
        }
    }

    /** Those of a table's files that are of facts. */
    static RowFactFiles of(HadoopSettings hadoop, TableFolder folder, List<TableFile> files) {
        return new RowFactFiles(
                hadoop,
                files.stream()
                        .filter(file -> file.path().endsWith(RowFacts.EXTENSION))
                        .map(file -> new Part(folder.path(file).toString(), file.bytes()))
                        .toList());
    }

    RowFactFiles {
        parts = List.copyOf(parts);
    }

    /** Of a task's files: the part and the attempt that wrote it. */
    static String name(int part, long task, String extension) {
        return String.format(Locale.ROOT, "part-%05d-%d%s", part, task, extension);
    }

    JavaRDD<Part> rdd(JavaSparkContext spark) {
        return parts.isEmpty()
                ? spark.emptyRDD()
                : spark.parallelize(parts, Math.min(parts.size(), spark.defaultParallelism()));
    }
}
