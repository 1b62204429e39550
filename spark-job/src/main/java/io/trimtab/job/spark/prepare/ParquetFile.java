package io.trimtab.job.spark.prepare;

import static java.util.Objects.requireNonNull;

import io.trimtab.job.spark.files.HadoopSettings;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;

/**
 * One Parquet file, written value by value from plain Java by the task that made the rows. Spark's own way from a {@code Row} to the file takes
 * as long as making the row's ids does, and knows no task that writes two tables in one pass.
 */
final class ParquetFile<T> implements Closeable {
    /** What a writer holds in memory until it is written, uncompressed. */
    private static final long ROW_GROUP_BYTES = 32L << 20;

    private final ParquetWriter<T> writer;

    private ParquetFile(ParquetWriter<T> writer) {
        this.writer = writer;
    }

    /**
     * A new file.
     *
     * @param schema in Parquet's own notation
     * @param fields says the fields of a row, in the schema's order
     */
    static <T> ParquetFile<T> create(HadoopSettings hadoop, Path path, String schema, BiConsumer<T, Fields> fields)
            throws IOException {
        Configuration configuration = hadoop.configuration();
        return new ParquetFile<>(new Builder<>(
                        HadoopOutputFile.fromPath(path, configuration),
                        MessageTypeParser.parseMessageType(schema),
                        fields)
                .withConf(configuration)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .build());
    }

    void write(T row) throws IOException {
        writer.write(row);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** The fields of one row, one after another. */
    static final class Fields {
        private final RecordConsumer out;
        private final MessageType schema;
        private int next;

        private Fields(RecordConsumer out, MessageType schema) {
            this.out = out;
            this.schema = schema;
        }

        private void start() {
            out.startField(schema.getFieldName(next), next);
        }

        private Fields end() {
            out.endField(schema.getFieldName(next), next);
            next++;
            return this;
        }

        Fields add(long value) {
            start();
            out.addLong(value);
            return end();
        }

        Fields add(int value) {
            start();
            out.addInteger(value);
            return end();
        }

        Fields add(boolean value) {
            start();
            out.addBoolean(value);
            return end();
        }

        Fields add(String value) {
            start();
            out.addBinary(Binary.fromString(value));
            return end();
        }

        Fields add(int[] values) {
            startList(values.length);
            for (int value : values) {
                startElement();
                out.addInteger(value);
                endElement();
            }
            return endList(values.length);
        }

        Fields add(String[] values) {
            startList(values.length);
            for (String value : values) {
                startElement();
                out.addBinary(Binary.fromString(value));
                endElement();
            }
            return endList(values.length);
        }

        /** A list without elements has no repeated group. */
        private void startList(int length) {
            start();
            out.startGroup();
            if (length > 0) {
                out.startField("list", 0);
            }
        }

        private void startElement() {
            out.startGroup();
            out.startField("element", 0);
        }

        private void endElement() {
            out.endField("element", 0);
            out.endGroup();
        }

        private Fields endList(int length) {
            if (length > 0) {
                out.endField("list", 0);
            }
            out.endGroup();
            return end();
        }
    }

    private static final class Builder<T> extends ParquetWriter.Builder<T, Builder<T>> {
        private final MessageType schema;
        private final BiConsumer<T, Fields> fields;

        Builder(OutputFile file, MessageType schema, BiConsumer<T, Fields> fields) {
            super(file);
            this.schema = schema;
            this.fields = fields;
        }

        @Override
        protected Builder<T> self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // Spark 3.5's Parquet knows no other
        protected WriteSupport<T> getWriteSupport(Configuration configuration) {
            return new Support<>(schema, fields);
        }
    }

    private static final class Support<T> extends WriteSupport<T> {
        private final MessageType schema;
        private final BiConsumer<T, Fields> fields;
        private @Nullable RecordConsumer out;

        Support(MessageType schema, BiConsumer<T, Fields> fields) {
            this.schema = schema;
            this.fields = fields;
        }

        @Override
        @SuppressWarnings("deprecation") // as above
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            out = consumer;
        }

        @Override
        public void write(T row) {
            RecordConsumer consumer = requireNonNull(out, "prepareForWrite comes first");
            consumer.startMessage();
            fields.accept(row, new Fields(consumer, schema));
            consumer.endMessage();
        }
    }
}
