package io.trimtab.job.spark.source;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.files.HadoopSettings;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/** A user's table, found at once; its rows are read by the executors. Driver only. */
public sealed interface Table permits FileTable, QueryTable {
    /**
     * Finds a table.
     *
     * @param key the configuration key that names the table, for messages: {@code data.train}
     * @throws io.trimtab.data.DataException if there is no such table
     */
    static Table open(SparkSession session, HadoopSettings hadoop, DataSource source, String key) {
        return source.isFiles()
                ? new FileTable(session, hadoop, source, key, SourceFiles.find(hadoop, source, key))
                : QueryTable.open(session, hadoop, source, key);
    }

    /**
     * What makes the table another one when it changes, for its fingerprint.
     *
     * @param stage decides which columns matter
     */
    String identity(TrainingStage stage);

    /**
     * The rows in partitions of a useful size: a task opens the tokenizer, which costs as much as a thousand rows, so many small files are read
     * by few tasks.
     *
     * @param stage decides which columns matter
     */
    JavaRDD<SourceRow> rows(TrainingStage stage);

    /**
     * Whether the partitions of {@link #rows} hold them in the table's order; where not, or where that is not known before, they are looked at
     * and sorted.
     */
    boolean isInOrder();

    /**
     * Refuses rows that are not those the identity was made from.
     *
     * @param read the places of all examples that {@link #rows} gave, several of a row among them
     */
    void requireUnchanged(TrainingStage stage, JavaRDD<Place> read);
}
