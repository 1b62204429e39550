package io.trimtab.job.spark.prepare;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.spark.source.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Examples as rows of the prepared table. {@code row} says which part of the table wrote the row, in its upper half, and which of the part's
 * rows it is; {@link RowNumbers} makes of both the number from 0, in the order of the user's table, that every later table refers to. The ids of all completions stand in one list, their lengths in another. {@code completion_spans} holds for each
 * completion how many numbers its spans take, 0 where it is trained whole, and then these.
 */
public final class PreparedRows {
    static final String EXTENSION = ".parquet";
    public static final String ROW = "row";
    static final String PACKED_TOKENS = "packed_tokens";
    static final String LONGEST_TOKENS = "longest_tokens";
    static final String PROMPT_HASH = "prompt_hash";
    static final String CONTENT_HASH = "content_hash";
    static final String PREFERENCE = "preference";

    public static final StructType SCHEMA = new StructType()
            .add(ROW, DataTypes.LongType, false)
            .add("id", DataTypes.StringType, false)
            .add("file", DataTypes.StringType, false)
            .add("position", DataTypes.LongType, false)
            .add(PACKED_TOKENS, DataTypes.IntegerType, false)
            .add("prompt", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("completions", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("completion_lengths", DataTypes.createArrayType(DataTypes.IntegerType, false), false)
            .add("completion_roles", DataTypes.createArrayType(DataTypes.StringType, false), false)
            .add(LONGEST_TOKENS, DataTypes.IntegerType, false)
            .add(PROMPT_HASH, DataTypes.LongType, false)
            .add(CONTENT_HASH, DataTypes.LongType, false)
            .add(PREFERENCE, DataTypes.BooleanType, false)
            .add("completion_spans", DataTypes.createArrayType(DataTypes.IntegerType, false), false);

    private PreparedRows() {}

    /** The same columns in Parquet's notation, as Spark would write them. */
    static final String FILE_SCHEMA = "message prepared {"
            + " required int64 row; required binary id (STRING); required binary file (STRING); required int64 position;"
            + " required int32 packed_tokens;"
            + list("prompt", "int32 element") + list("completions", "int32 element")
            + list("completion_lengths", "int32 element") + list("completion_roles", "binary element (STRING)")
            + " required int32 longest_tokens; required int64 prompt_hash; required int64 content_hash;"
            + " required boolean preference;" + list("completion_spans", "int32 element") + " }";

    private static String list(String name, String element) {
        return " required group " + name + " (LIST) { repeated group list { required " + element + "; } }";
    }

    /** A row to be written. */
    record Numbered(long row, Place place, Example example, RowFacts facts) {}

    /** The columns of {@link #FILE_SCHEMA} in its order. */
    static void write(Numbered numbered, ParquetFile.Fields out) {
        Example example = numbered.example();
        List<Completion> completions = example.completions();
        int[] lengths = completions.stream().mapToInt(Completion::length).toArray();
        String[] roles =
                completions.stream().map(completion -> completion.role().name()).toArray(String[]::new);
        int[] tokens = new int[Arrays.stream(lengths).sum()];
        int at = 0;
        for (Completion completion : completions) {
            System.arraycopy(completion.tokens(), 0, tokens, at, completion.length());
            at += completion.length();
        }
        RowFacts facts = numbered.facts();
        out.add(numbered.row())
                .add(example.id())
                .add(numbered.place().file())
                .add(numbered.place().position())
                .add(facts.packedTokens())
                .add(example.prompt())
                .add(tokens)
                .add(lengths)
                .add(roles)
                .add(facts.longestTokens())
                .add(facts.hashes().prompt())
                .add(facts.hashes().content())
                .add(facts.hashes().preference())
                .add(spans(completions));
    }

    private static int[] spans(List<Completion> completions) {
        IntStream.Builder spans = IntStream.builder();
        for (Completion completion : completions) {
            int[] own = completion.isWhole() ? new int[0] : completion.spans();
            spans.add(own.length);
            Arrays.stream(own).forEach(spans::add);
        }
        return spans.build().toArray();
    }

    static long partAndRow(Row row) {
        return row.getLong(0);
    }

    static Example toExample(Row row) {
        int[] tokens = ints(row.getList(6));
        int[] lengths = ints(row.getList(7));
        List<String> roles = row.getList(8);
        List<Completion> completions = new ArrayList<>();
        int[] spans = ints(row.getList(13));
        int at = 0;
        int span = 0;
        for (int i = 0; i < lengths.length; i++) {
            int[] own = Arrays.copyOfRange(tokens, at, at + lengths[i]);
            int[] trained = Arrays.copyOfRange(spans, span + 1, span + 1 + spans[span]);
            CompletionRole role = CompletionRole.valueOf(roles.get(i));
            completions.add(trained.length == 0 ? new Completion(own, role) : new Completion(own, role, trained));
            at += lengths[i];
            span += 1 + trained.length;
        }
        return new Example(row.getString(1), ints(row.getList(5)), completions);
    }

    private static int[] ints(List<Integer> values) {
        int[] ints = new int[values.size()];
        int at = 0;
        for (int value : values) { // an iterator: Scala's lists are slow to index
            ints[at++] = value;
        }
        return ints;
    }
}
