package io.trimtab.job.spark.source;

import io.trimtab.job.spark.files.HadoopSettings;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/** Finds the number of every range's first line, by a pass over the bytes of the files that are read in several ranges. */
final class LineCounts {
    private LineCounts() {}

    /** @param tasks ranges in the order of the table */
    static List<List<FileRange>> numbered(JavaSparkContext spark, HadoopSettings hadoop, List<List<FileRange>> tasks) {
        List<FileRange> counted = new ArrayList<>();
        for (List<FileRange> ranges : tasks) {
            ranges.stream().filter(range -> range.end() != FileRange.TO_THE_END).forEach(counted::add);
        }
        if (counted.isEmpty()) {
            return tasks;
        }
        List<Long> feeds = spark.parallelize(counted, Math.min(counted.size(), spark.defaultParallelism()))
                .map(range -> count(hadoop, range))
                .collect();
        List<List<FileRange>> numbered = new ArrayList<>();
        long before = 0;
        int at = 0;
        for (List<FileRange> ranges : tasks) {
            List<FileRange> own = new ArrayList<>();
            for (FileRange range : ranges) {
                before = range.start() == 0 ? 0 : before;
                own.add(range.withLinesBefore(before));
                before += range.end() == FileRange.TO_THE_END ? 0 : feeds.get(at++);
            }
            numbered.add(own);
        }
        return numbered;
    }

    private static long count(HadoopSettings hadoop, FileRange range) throws java.io.IOException {
        try (InputStream in = SourceFiles.at(hadoop.configuration(), range, range.start())) {
            return FileLines.count(in, range.end() - range.start());
        }
    }
}
