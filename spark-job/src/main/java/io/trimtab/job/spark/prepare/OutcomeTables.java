package io.trimtab.job.spark.prepare;

import io.trimtab.data.RowOutcome;
import io.trimtab.data.RowOutcome.Rejected;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.TableManifest.TableFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/**
 * Writes what became of a table's rows, the kept ones and the rejected ones with their reasons, in the one pass that makes them. A retried
 * task writes files of its own; only those whose names come back are part of a table. Driver only.
 */
final class OutcomeTables {
    private static final String ROWS = "rows";
    private static final String QUARANTINE = "quarantine";
    private static final String WORK = "work";
    private static final String QUARANTINE_SCHEMA = "message quarantine { required binary id (STRING);"
            + " required binary reason (STRING); required binary detail (STRING); }";

    private final HadoopSettings hadoop;
    private final Path attempt;

    /** @param attempt folder of the table's attempt, into which everything is written */
    OutcomeTables(HadoopSettings hadoop, Path attempt) {
        this.hadoop = hadoop;
        this.attempt = attempt;
    }

    /** Where the quarantine is, a Parquet table (id, reason, detail). */
    Path quarantine() {
        return new Path(attempt, QUARANTINE);
    }

    /** Writes all, with at least one file of rows and one in the quarantine, be they empty. */
    WrittenOutcomes write(JavaRDD<PlacedOutcome> outcomes) {
        HadoopSettings settings = hadoop;
        String target = attempt.toString();
        WrittenOutcomes written = outcomes.mapPartitionsWithIndex(
                        (partition, rows) -> List.of(write(partition, rows, settings, target))
                                .iterator(),
                        false)
                .fold(WrittenOutcomes.NONE, WrittenOutcomes::plus);
        try {
            FileSystem files = hadoop.fileSystem(attempt);
            files.mkdirs(quarantine());
            for (TableFile file : written.quarantine()) {
                Path from = new Path(attempt.getParent(), file.path());
                if (!files.rename(from, new Path(quarantine(), from.getName()))) {
                    throw new IOException("it could not be moved to " + quarantine());
                }
            }
            files.delete(new Path(attempt, WORK), true);
            if (written.quarantine().isEmpty()) {
                close(quarantined(hadoop, new Path(quarantine(), RowFactFiles.name(0, 0, PreparedRows.EXTENSION))));
            }
            if (!written.rows().isEmpty()) {
                return written;
            }
            Path empty = new Path(new Path(attempt, ROWS), RowFactFiles.name(0, 0, PreparedRows.EXTENSION));
            close(kept(hadoop, empty));
            return new WrittenOutcomes(
                    written.summary(), List.of(file(hadoop, target, ROWS, empty)), written.quarantine());
        } catch (IOException e) {
            throw new ClusterException("Cannot write " + attempt + ": " + e.getMessage(), e);
        }
    }

    private static void close(Closeable file) throws IOException {
        file.close();
    }

    private static ParquetFile<PreparedRows.Numbered> kept(HadoopSettings hadoop, Path path) throws IOException {
        return ParquetFile.create(hadoop, path, PreparedRows.FILE_SCHEMA, PreparedRows::write);
    }

    private static ParquetFile<Rejected> quarantined(HadoopSettings hadoop, Path path) throws IOException {
        return ParquetFile.create(
                hadoop,
                path,
                QUARANTINE_SCHEMA,
                (row, out) -> out.add(row.id()).add(row.reason().key()).add(row.detail()));
    }

    private static WrittenOutcomes write(
            int partition, Iterator<PlacedOutcome> outcomes, HadoopSettings hadoop, String attempt) throws IOException {
        OutcomeSummary.Counting counting = new OutcomeSummary.Counting(partition);
        long task = TaskContext.get().taskAttemptId();
        OpenFiles files = new OpenFiles(hadoop, new Path(attempt), partition, task);
        try (files) {
            while (outcomes.hasNext()) {
                PlacedOutcome row = outcomes.next();
                if (row.outcome() instanceof RowOutcome.Kept kept) {
                    long number = RowNumbers.partAndRow(partition, counting.kept());
                    files.write(new PreparedRows.Numbered(
                            number, row.place(), kept.example(), RowFacts.of(kept.example())));
                } else if (row.outcome() instanceof Rejected rejected) {
                    files.quarantined().write(rejected);
                }
                counting.add(row);
            }
        }
        return files.written(counting.summary());
    }

    private static TableFile file(HadoopSettings hadoop, String attempt, String folder, Path path) throws IOException {
        long bytes = hadoop.fileSystem(path).getFileStatus(path).getLen();
        return new TableFile(new Path(attempt).getName() + "/" + folder + "/" + path.getName(), bytes);
    }

    /** The files of a task, each made with its first row. */
    private static final class OpenFiles implements Closeable {
        private final HadoopSettings hadoop;
        private final String attempt;
        private final Path keptPath;
        private final Path factsPath;
        private final Path quarantinePath;
        private final List<Closeable> open = new ArrayList<>();
        private @Nullable ParquetFile<PreparedRows.Numbered> kept;
        private RowFacts.@Nullable Writer facts;
        private @Nullable ParquetFile<Rejected> quarantined;

        OpenFiles(HadoopSettings hadoop, Path attempt, int partition, long task) {
            this.hadoop = hadoop;
            this.attempt = attempt.toString();
            String name = RowFactFiles.name(partition, task, PreparedRows.EXTENSION);
            keptPath = new Path(new Path(attempt, ROWS), name);
            factsPath = new Path(new Path(attempt, ROWS), RowFactFiles.name(partition, task, RowFacts.EXTENSION));
            quarantinePath = new Path(new Path(attempt, WORK), name);
        }

        void write(PreparedRows.Numbered row) throws IOException {
            ParquetFile<PreparedRows.Numbered> rows = kept;
            RowFacts.Writer numbers = facts;
            if (rows == null || numbers == null) {
                rows = OutcomeTables.kept(hadoop, keptPath);
                open.add(rows);
                kept = rows;
                numbers = new RowFacts.Writer(hadoop, factsPath);
                open.add(numbers);
                facts = numbers;
            }
            rows.write(row);
            numbers.write(row.facts());
        }

        ParquetFile<Rejected> quarantined() throws IOException {
            ParquetFile<Rejected> file = quarantined;
            if (file == null) {
                file = OutcomeTables.quarantined(hadoop, quarantinePath);
                open.add(file);
                quarantined = file;
            }
            return file;
        }

        WrittenOutcomes written(OutcomeSummary summary) throws IOException {
            return new WrittenOutcomes(
                    summary,
                    kept == null
                            ? List.of()
                            : List.of(file(hadoop, attempt, ROWS, keptPath), file(hadoop, attempt, ROWS, factsPath)),
                    quarantined == null ? List.of() : List.of(file(hadoop, attempt, WORK, quarantinePath)));
        }

        @Override
        public void close() throws IOException {
            while (!open.isEmpty()) {
                open.remove(open.size() - 1).close();
            }
        }
    }
}
