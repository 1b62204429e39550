package io.trimtab.job.spark.source;

import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.files.HadoopSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * The tables that one command has found, so that what makes a table itself is worked out once: the hashes of its files, or a pass over the rows
 * of a query. Driver only, not thread safe.
 */
public final class OpenTables {
    private record Asked(DataSource source, String key) {}

    private final Map<Asked, SourceFiles> files = new HashMap<>();
    private final Map<Asked, Table> queries = new HashMap<>();

    /**
     * The table's files.
     *
     * @throws io.trimtab.data.DataException if there is nothing to read
     */
    public SourceFiles files(HadoopSettings hadoop, DataSource source, String key) {
        return files.computeIfAbsent(new Asked(source, key), asked -> SourceFiles.find(hadoop, source, key));
    }

    /** As {@link Table#open}. */
    public Table table(SparkSession session, HadoopSettings hadoop, DataSource source, String key) {
        return source.isFiles()
                ? new FileTable(session, hadoop, source, key, files(hadoop, source, key))
                : queries.computeIfAbsent(
                        new Asked(source, key), asked -> QueryTable.open(session, hadoop, source, key));
    }
}
