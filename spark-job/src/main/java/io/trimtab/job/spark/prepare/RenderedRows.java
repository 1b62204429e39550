package io.trimtab.job.spark.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Completion;
import io.trimtab.data.Example;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.rows.ExamplePreparer;
import io.trimtab.data.rows.RenderedRow;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.source.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;

/**
 * The kept rows of a table as text with their ids, one JSON object a line, for people who want to see what a template and a tokenizer make
 * of their data. Executors write parts, the driver joins them to one file; no row is held by the driver.
 */
final class RenderedRows {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RenderedRows() {}

    static JavaRDD<String> lines(
            PreparationRequest request, Table table, LocalFolders.Settings folders, int maxPositions) {
        return table.rows(request.stage()).mapPartitions(rows -> {
            ExamplePreparer preparer = RowPreparation.open(request, folders, maxPositions);
            return new Flattened<>(rows, row -> lines(row.line(), preparer).iterator());
        });
    }

    /** Joins the parts in their order and counts the lines. */
    static long join(HadoopSettings hadoop, Path parts, Path file) {
        try {
            FileSystem from = hadoop.fileSystem(parts);
            FileStatus[] listed = from.listStatus(parts, path -> path.getName().startsWith("part-"));
            Arrays.sort(listed, Comparator.comparing(FileStatus::getPath));
            long lines = 0;
            try (OutputStream out = hadoop.fileSystem(file).create(file, true)) {
                for (FileStatus part : listed) {
                    lines += copy(from, part.getPath(), out);
                }
            }
            return lines;
        } catch (IOException e) {
            throw new ClusterException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static long copy(FileSystem from, Path part, OutputStream out) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long lines = 0;
        try (InputStream in = from.open(part)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
                out.write(buffer, 0, read);
            }
        }
        return lines;
    }

    private static String line(RenderedRow row, Example example) {
        Map<String, Object> ids = new LinkedHashMap<>();
        ids.put("prompt", example.prompt());
        ids.put(
                "completions",
                example.completions().stream().map(Completion::tokens).toList());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", example.id());
        line.put("prompt", row.prompt());
        line.put("completions", row.completions());
        line.put("ids", ids);
        try {
            return JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("Cannot write row " + example.id(), e);
        }
    }

    private static List<String> lines(JsonLine line, ExamplePreparer preparer) {
        List<String> lines = new ArrayList<>();
        if (line instanceof JsonLine.Row row) {
            for (RenderedRow rendered : preparer.render(row.row())) {
                if (rendered.outcome() instanceof RowOutcome.Kept kept) {
                    lines.add(line(rendered, kept.example()));
                }
            }
        }
        return lines;
    }
}
